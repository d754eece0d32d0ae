using CoreNode.Platform;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Drives;

namespace CoreNode.Provision.Sources;

/// <summary>The first of some files that is there.</summary>
/// <param name="name">As people know it.</param>
/// <param name="paths">Where it may be, the best first.</param>
public sealed class FileSource(string name, IReadOnlyList<string> paths) : IDataSource
{
    /// <summary>True: that none of them is there means that there is nothing, not that something is wrong.</summary>
    public bool IsOptional { get; init; }

    /// <summary>It is the machine's maker's.</summary>
    public bool IsOem { get; init; }

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<UserData?> FetchAsync(CancellationToken cancellation) =>
        BlockingWork.RunAsync("user data", Read, cancellation);

    private UserData? Read()
    {
        foreach (string path in paths)
        {
            if (LocalFiles.TryRead(path) is { } content)
            {
                return content.Length == 0 ? null : new UserData(paths.Count == 1 ? name : $"{name} ({path})", content)
                {
                    IsOem = IsOem,
                };
            }
        }

        return IsOptional
            ? null
            : throw new SourceException($"{string.Join(" and ", paths)} do not exist", isFinal: true);
    }
}
