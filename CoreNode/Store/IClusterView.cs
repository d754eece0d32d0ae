using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>
/// What a member knows of its cluster and itself, for the members, stats and health surfaces. Any thread.
/// </summary>
public interface IClusterView
{
    /// <summary>Identity of the cluster, shown as hex in X-Etcd-Cluster-Id.</summary>
    ulong ClusterId { get; }

    /// <summary>This member.</summary>
    NodeId Self { get; }

    /// <summary>This member's name.</summary>
    string Name { get; }

    /// <summary>The leader as this member knows it; none during an election.</summary>
    NodeId Leader { get; }

    /// <summary>All members in order of their ids.</summary>
    IReadOnlyList<Member> Members { get; }

    /// <summary>When this process began to serve.</summary>
    DateTimeOffset StartTime { get; }

    /// <summary>When the present leader was first known.</summary>
    DateTimeOffset LeaderSince { get; }

    /// <summary>How this member stands, a heartbeat old at most.</summary>
    ClusterStatus Status { get; }

    /// <summary>Bytes that this member's log and snapshots take on its disk; looked up at each call.</summary>
    long DiskBytes { get; }

    /// <summary>True for a member that was in the cluster and was removed.</summary>
    bool IsRemoved(NodeId node);

    /// <summary>
    /// Why this member should not be given traffic (no leader, disk full, disk failed); null if healthy.
    /// </summary>
    string? UnhealthyReason { get; }
}
