namespace CoreNode.RebootLock.Model;

/// <summary>How many machines may hold the lock at once without putting the store at risk. Pure.</summary>
public static class MaxRule
{
    /// <summary>
    /// The most that is taken without force: as many members as the store can do without, and at least one, since
    /// clusters of one and two have to reboot as well.
    /// </summary>
    /// <param name="members">Members with a vote; 0 if that is not known.</param>
    public static int Most(int members) => Math.Max(1, (members - 1) / 2);

    /// <summary>Why that maximum is refused, with what would break; null if it is taken.</summary>
    public static string? Complaint(int max, int members, bool isForced)
    {
        if (max < 0)
            return $"a maximum of {max} makes no sense: 0 lets nobody reboot, 1 one machine at a time";
        if (isForced || max <= Most(members))
            return null;
        if (members <= 0)
        {
            return $"it is not known how many members vote, and {max} of them away at once could cost the store its "
                + "quorum: set it to 1, or force it";
        }

        int quorum = (members / 2) + 1;
        string away = max >= members ? "all of them" : $"{max} of them";
        return $"the store has {members} voting member{(members == 1 ? "" : "s")} and needs {quorum} of them: with "
            + $"{away} away at once nothing is written, nothing is placed and no lock is given back. At most "
            + $"{Most(members)} without force; force it where the holders of this group are no members";
    }
}
