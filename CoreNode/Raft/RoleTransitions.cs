namespace CoreNode.Raft;

/// <summary>The legal changes of role (Raft figure 4, with the pre-candidate of thesis §9.6).</summary>
internal static class RoleTransitions
{
    /// <summary>True when a member may turn from one role into the other (or into the same one anew).</summary>
    public static bool IsLegal(RaftRole from, RaftRole to) => (from, to) switch
    {
        (_, RaftRole.Follower) => true,
        (RaftRole.Follower or RaftRole.PreCandidate or RaftRole.Candidate, RaftRole.PreCandidate) => true,
        (RaftRole.Follower or RaftRole.PreCandidate or RaftRole.Candidate, RaftRole.Candidate) => true,
        (RaftRole.Candidate, RaftRole.Leader) => true,
        _ => false,
    };
}
