namespace CoreNode.Raft;

/// <summary>What a member currently is. Raft.md draws the legal transitions; a test compares them.</summary>
public enum RaftRole
{
    /// <summary>Answers others; becomes a candidate when it hears of no leader.</summary>
    Follower,

    /// <summary>Asks whether it could win before it disturbs anybody with a new term (thesis §9.6).</summary>
    PreCandidate,

    /// <summary>Asks for votes in a new term (§5.2).</summary>
    Candidate,

    /// <summary>The only member of its term that accepts proposals.</summary>
    Leader,
}
