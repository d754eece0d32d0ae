using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>What a data folder or a backup holds, for people who decide about it.</summary>
public sealed record OfflineSummary
{
    /// <summary>The cluster; 0 in a backup, which belongs to none.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>The member whose folder it is; nobody for a backup.</summary>
    public NodeId Self { get; init; }

    /// <summary>All members as it knows them.</summary>
    public required IReadOnlyList<Member> Members { get; init; }

    /// <summary>The last entry that is there.</summary>
    public required LogIndex Last { get; init; }

    /// <summary>The member's term.</summary>
    public required Term Term { get; init; }

    /// <summary>Certainly committed up to here; what follows may or may not have been acknowledged.</summary>
    public required LogIndex KnownCommitted { get; init; }

    /// <summary>Keys and directories.</summary>
    public required long Keys { get; init; }

    /// <summary>True if the member is the only one of its cluster.</summary>
    public bool IsAlone => Members.Count == 1 && Members[0].Id == Self;
}
