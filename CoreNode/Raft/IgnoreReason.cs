namespace CoreNode.Raft;

/// <summary>
/// Why an input had no effect. Nothing that a peer sends may stop this member, so what makes no sense is counted
/// (<see cref="RaftNode.Ignored"/>) and dropped.
/// </summary>
public enum IgnoreReason
{
    /// <summary>From an older term; ordinary after an election.</summary>
    OlderTerm,

    /// <summary>A vote was asked for while this member hears from a live leader (thesis §4.2.3).</summary>
    LeaderIsAlive,

    /// <summary>Not meant for this member's current role; ordinary for late answers.</summary>
    UnexpectedForRole,

    /// <summary>An answer from someone who is not in the leader's configuration.</summary>
    UnknownPeer,

    /// <summary>For someone else, from nobody, entries out of sequence, or numbers beyond all reason.</summary>
    Malformed,

    /// <summary>Would replace committed entries: this member or the sender is damaged.</summary>
    ConflictsWithCommitted,

    /// <summary>Acknowledges entries that this leader never had.</summary>
    AcknowledgesUnknownEntries,

    /// <summary>A follower lost entries that it had acknowledged: its disk was set back.</summary>
    FollowerLostEntries,

    /// <summary>A write that was reported durable had been replaced in the meantime.</summary>
    PersistedButReplaced,

    /// <summary>An election was due, but this member may not stand for it.</summary>
    MayNotCampaign,
}
