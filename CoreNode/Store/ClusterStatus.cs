using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>How this member stands at one moment, for people, health and metrics. Immutable.</summary>
public sealed record ClusterStatus
{
    /// <summary>Its role: "leader", "follower", "candidate", "pre-candidate" or "learner".</summary>
    public required string Role { get; init; }

    /// <summary>Its term.</summary>
    public required Term Term { get; init; }

    /// <summary>Known to be committed up to here.</summary>
    public required LogIndex Committed { get; init; }

    /// <summary>Applied up to here.</summary>
    public required LogIndex Applied { get; init; }

    /// <summary>Last entry in its log.</summary>
    public required LogIndex Last { get; init; }

    /// <summary>Members with a vote.</summary>
    public required IReadOnlyList<NodeId> Voters { get; init; }

    /// <summary>Members without one, yet.</summary>
    public required IReadOnlyList<NodeId> Learners { get; init; }

    /// <summary>As the leader: how the others do, itself excluded; else empty.</summary>
    public required IReadOnlyList<FollowerStatus> Followers { get; init; }

    /// <summary>How far its clock is ahead of most members' (negative: behind); zero while unknown.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>99 of 100 of the last fsyncs took no longer.</summary>
    public TimeSpan SyncP99 { get; init; }

    /// <summary>How long the present fsync has been running; zero if none is.</summary>
    public TimeSpan SyncRunning { get; init; }

    /// <summary>Bytes of the log's entries in memory.</summary>
    public long LogBytes { get; init; }

    /// <summary>The highest commit position that a leader has told this member; it may lack the entries.</summary>
    public LogIndex LeaderCommitted { get; init; }

    /// <summary>How often another leader became known since the start, the first one included.</summary>
    public long LeaderChanges { get; init; }

    /// <summary>Appends with entries that this member has received since the start.</summary>
    public long AppendsReceived { get; init; }

    /// <summary>Appends with entries that this member has sent since the start.</summary>
    public long AppendsSent { get; init; }

    /// <summary>Committed entries that are not applied here yet.</summary>
    public ulong Lag => LogIndex.Max(LeaderCommitted, Committed).Value is var known && known > Applied.Value
        ? known - Applied.Value
        : 0;
}
