namespace CoreNode.Raft;

/// <summary>
/// Majority arithmetic, for one set of voters and for the two of a joint configuration (Raft §6). An empty set agrees
/// with everything, so that a configuration that is not joint needs no special case.
/// </summary>
internal static class Quorum
{
    /// <summary>Members that make a majority of <paramref name="voters"/>.</summary>
    public static int Majority(int voters) => voters / 2 + 1;

    /// <summary>
    /// The highest value that a majority has reached, given each voter's; sorts <paramref name="reached"/>.
    /// </summary>
    public static ulong Reached(Span<ulong> reached)
    {
        if (reached.Length == 0)
            return ulong.MaxValue;
        if (reached.Length == 1)
            return reached[0];
        reached.Sort();
        return reached[reached.Length - Majority(reached.Length)];
    }

    /// <summary>Both majorities have to have reached it.</summary>
    public static ulong Joint(ulong incoming, ulong outgoing) => Math.Min(incoming, outgoing);

    /// <summary>How an election among <paramref name="voters"/> stands.</summary>
    public static VoteOutcome Votes(int voters, int granted, int rejected)
    {
        if (voters == 0 || granted >= Majority(voters))
            return VoteOutcome.Won;
        return voters - rejected < Majority(voters) ? VoteOutcome.Lost : VoteOutcome.Open;
    }

    /// <summary>Won only if both are won, lost as soon as one is lost.</summary>
    public static VoteOutcome Joint(VoteOutcome incoming, VoteOutcome outgoing)
    {
        if (incoming == outgoing)
            return incoming;
        return incoming == VoteOutcome.Lost || outgoing == VoteOutcome.Lost ? VoteOutcome.Lost : VoteOutcome.Open;
    }
}
