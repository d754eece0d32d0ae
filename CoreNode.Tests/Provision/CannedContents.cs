using System.Text;
using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>A network of few URLs.</summary>
internal sealed class CannedContents : IRemoteContents
{
    private readonly Dictionary<string, string> _contents = new(StringComparer.Ordinal);

    /// <summary>What was asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    public string this[string url]
    {
        set => _contents[url] = value;
    }

    public Task<ReadOnlyMemory<byte>> FetchAsync(
        RemoteContent content, FetchOptions options, CancellationToken cancellation)
    {
        string url = content.Source.AbsoluteUri;
        Asked.Add(url);
        return _contents.TryGetValue(url, out string? text)
            ? Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(text))
            : Task.FromException<ReadOnlyMemory<byte>>(new IOException($"{url} answers 404"));
    }
}
