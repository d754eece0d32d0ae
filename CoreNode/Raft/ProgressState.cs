namespace CoreNode.Raft;

/// <summary>How a leader feeds one follower.</summary>
public enum ProgressState
{
    /// <summary>The follower's log is not known: one append, then wait for the answer or the next heartbeat.</summary>
    Probe,

    /// <summary>The logs agree: appends are sent ahead of the answers, within the inflight window.</summary>
    Replicate,

    /// <summary>A snapshot is on its way: no appends until it has arrived or failed.</summary>
    Snapshot,
}
