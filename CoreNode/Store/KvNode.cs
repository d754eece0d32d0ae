using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>A key or directory as the store shows it.</summary>
public sealed record KvNode
{
    /// <summary>Its path; empty for the root.</summary>
    public required string Key { get; init; }

    /// <summary>Its value; null for directories and for what was removed.</summary>
    public string? Value { get; init; }

    /// <summary>True for a directory.</summary>
    public bool IsDirectory { get; init; }

    /// <summary>Index of the change that made it.</summary>
    public StoreIndex CreatedIndex { get; init; }

    /// <summary>Index of its last change: what compare-and-swap compares.</summary>
    public StoreIndex ModifiedIndex { get; init; }

    /// <summary>When it will expire, as the store wrote it (RFC 3339, UTC); null if it stays.</summary>
    public string? Expiration { get; init; }

    /// <summary>Seconds until it expires, rounded up; null if it stays.</summary>
    public long? TtlSeconds { get; init; }

    /// <summary>What is in a directory that was listed; empty otherwise.</summary>
    public IReadOnlyList<KvNode> Nodes { get; init; } = [];
}
