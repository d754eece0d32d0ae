namespace CoreNode.Store;

/// <summary>How to read.</summary>
public sealed record KvGetOptions
{
    /// <summary>A plain read: perhaps stale, one level, in any order.</summary>
    public static readonly KvGetOptions Plain = new();

    /// <summary>A read that a quorum confirms.</summary>
    public static readonly KvGetOptions Linearizable = new() { IsQuorum = true };

    /// <summary>List every level below.</summary>
    public bool IsRecursive { get; init; }

    /// <summary>List in byte order of the names.</summary>
    public bool IsSorted { get; init; }

    /// <summary>Confirm with a quorum that nothing newer was committed before.</summary>
    public bool IsQuorum { get; init; }
}
