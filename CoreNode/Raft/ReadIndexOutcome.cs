namespace CoreNode.Raft;

/// <summary>What became of a request for a linearizable read.</summary>
public enum ReadIndexOutcome
{
    /// <summary>
    /// The answer comes in <see cref="Ready.ReadStates"/>. It may never come when the leader changes or, on a
    /// follower, when a message is lost: ask again then.
    /// </summary>
    Accepted,

    /// <summary>No leader is known.</summary>
    NoLeader,

    /// <summary>More reads are waiting than <see cref="RaftConfig.MaxPendingReads"/>.</summary>
    TooManyReads,
}
