using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>The votes of one election; the first answer of each member counts, later ones are repetitions.</summary>
internal sealed class VoteTally
{
    private readonly Dictionary<NodeId, bool> _votes = [];

    public void Clear() => _votes.Clear();

    public void Record(NodeId voter, bool granted) => _votes.TryAdd(voter, granted);

    /// <summary>How the election stands; answers of members without a vote do not count.</summary>
    public VoteOutcome Outcome(Configuration configuration) =>
        Quorum.Joint(Outcome(configuration.VoterSpan), Outcome(configuration.OutgoingSpan));

    private VoteOutcome Outcome(ReadOnlySpan<NodeId> voters)
    {
        int granted = 0;
        int rejected = 0;
        foreach (NodeId voter in voters)
        {
            if (!_votes.TryGetValue(voter, out bool yes))
                continue;
            if (yes)
                granted++;
            else
                rejected++;
        }

        return Quorum.Votes(voters.Length, granted, rejected);
    }
}
