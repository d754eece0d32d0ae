using System.Globalization;
using CoreNode.Discovery;

namespace CoreNode.Tests.Discovery;

/// <summary>A directory as etcd keeps it, without network: each request is answered at once.</summary>
internal sealed class FakeDirectory
{
    private readonly List<DirectoryEntry> _entries = [];
    private ulong _index = 4;

    /// <summary>What _config/size holds; null for a token without size.</summary>
    public string? Size { get; set; } = "3";

    /// <summary>Whether the token is there.</summary>
    public bool IsThere { get; set; } = true;

    /// <summary>Entries that it takes.</summary>
    public int Room { get; set; } = int.MaxValue;

    public IReadOnlyList<DirectoryEntry> Entries => _entries;

    /// <summary>Index of the last change.</summary>
    public ulong Index => _index;

    public void Add(string id, string value) => _entries.Add(new DirectoryEntry(id, value, ++_index));

    public void Remove(string id)
    {
        _entries.RemoveAll(e => e.Id == id);
        _index++;
    }

    /// <summary>The answer; null for a watch that has to wait.</summary>
    public DirectoryAnswer? Ask(DirectoryRequest request) => request switch
    {
        _ when !IsThere => new DirectoryAnswer.Missing("/registry/token"),
        DirectoryRequest.ReadSize => Size is null
            ? new DirectoryAnswer.Missing("/registry/token/_config")
            : new DirectoryAnswer.Size(Size),

        // In no order that means anything, as etcd's listings.
        DirectoryRequest.List => new DirectoryAnswer.Listed(
            [.. _entries.OrderBy(e => e.Id, StringComparer.Ordinal)], _index),
        DirectoryRequest.Register register => Register(register),
        DirectoryRequest.Watch watch => watch.AfterIndex < _index ? new DirectoryAnswer.Changed() : null,
        _ => throw new InvalidOperationException("an unknown kind of request"),
    };

    /// <summary>Value and id of a machine that has a peer URL of its own.</summary>
    public static (string Id, FoundMember Member) Machine(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"n{number}");
        return (string.Create(CultureInfo.InvariantCulture, $"{0xF000 - number:x}"),
            new FoundMember(name, [$"http://10.0.0.{number}:2380"]));
    }

    private DirectoryAnswer Register(DirectoryRequest.Register register)
    {
        if (_entries.Any(e => e.Id == register.Id))
            return new DirectoryAnswer.Exists();
        if (_entries.Count >= Room)
            return new DirectoryAnswer.NoRoom();
        Add(register.Id, register.Value);
        return new DirectoryAnswer.Registered();
    }
}
