using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>Whether those who have to agree on a leader were heard from. Pure.</summary>
/// <param name="Heard">How many of them, this member included.</param>
/// <param name="Voters">How many there are.</param>
/// <param name="Quorum">How many have to agree.</param>
/// <param name="IsOfBefore">
/// True if they are those who voted before the change of members that is under way: it is them who lack.
/// </param>
internal sealed record HeardVoters(int Heard, int Voters, int Quorum, bool IsOfBefore)
{
    /// <summary>True if there were too few for any leader.</summary>
    internal bool IsLacking => Heard < Quorum;

    /// <summary>What to do, for people.</summary>
    internal string Advice => (IsLacking, IsOfBefore) switch
    {
        (false, _) => "elections end without a winner, so look for slow disks and a slow network at these members",
        (true, false) => "start those that are down or mend the way to them",
        (true, true) => "they are those who voted before the change of members that is under way, which needs a "
            + "majority of both; start those that are down or mend the way to them",
    };

    /// <summary>
    /// In a joint configuration both majorities are needed: the one that lacks is told, the newer one first.
    /// </summary>
    internal static HeardVoters Of(Configuration configuration, Func<NodeId, bool> isHeard)
    {
        HeardVoters now = Of(configuration.Voters, isHeard, isOfBefore: false);
        if (now.IsLacking || !configuration.IsJoint)
            return now;
        HeardVoters before = Of(configuration.OutgoingVoters, isHeard, isOfBefore: true);
        return before.IsLacking ? before : now;
    }

    private static HeardVoters Of(IReadOnlyList<NodeId> voters, Func<NodeId, bool> isHeard, bool isOfBefore)
    {
        int heard = 0;
        foreach (NodeId voter in voters)
            heard += isHeard(voter) ? 1 : 0;
        return new HeardVoters(heard, voters.Count, Raft.Quorum.Majority(voters.Count), isOfBefore);
    }
}
