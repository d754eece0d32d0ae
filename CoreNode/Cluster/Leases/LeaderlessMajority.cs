using CoreNode.Foundation;

namespace CoreNode.Cluster.Leases;

/// <summary>
/// Whether it is certain that no leader could have evicted anybody at a given moment (docs/decisions/0026, point 4).
/// Pure.
/// </summary>
public static class LeaderlessMajority
{
    /// <summary>
    /// True if there was no leader at <paramref name="at"/>: a majority of all voters that any of them knows of had
    /// heard of none for an election timeout before it, and says so now. That they say it at different moments is not
    /// enough: each could have heard of a leader while the others answered.
    /// </summary>
    /// <param name="answers">What members said, each once.</param>
    /// <param name="at">A moment before they were asked.</param>
    public static bool IsCertain(IReadOnlyCollection<LeaderlessAnswer> answers, TimeSpan at)
    {
        HashSet<NodeId> leaderless = [];
        foreach (LeaderlessAnswer answer in answers)
        {
            // It began to be without a leader no later than that, however long its answer took.
            if (answer.Standing.Leader.IsNone && answer.ReceivedAt - answer.LeaderlessFor <= at)
                leaderless.Add(answer.Standing.Self);
        }

        if (leaderless.Count == 0)
            return false;
        foreach (LeaderlessAnswer answer in answers)
        {
            if (!IsMajority(leaderless, answer.Standing.Voters)
                || !IsMajority(leaderless, answer.Standing.OutgoingVoters))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsMajority(HashSet<NodeId> members, IReadOnlyList<NodeId> voters)
    {
        int count = 0;
        foreach (NodeId voter in voters)
            count += members.Contains(voter) ? 1 : 0;
        return voters.Count == 0 || count * 2 > voters.Count;
    }
}
