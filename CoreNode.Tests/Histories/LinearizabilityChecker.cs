namespace CoreNode.Tests.Histories;

/// <summary>
/// Says whether a history could have come from one copy of each key that does one operation at a time (Herlihy and
/// Wing 1990). Keys are judged one by one, since linearizability is local. Knows nothing of simulation: histories of
/// real processes are judged by it too.
/// </summary>
internal static class LinearizabilityChecker
{
    /// <summary>Steps of the search for one key; enough for histories of a hundred thousand operations.</summary>
    public const long DefaultMaxSteps = 4_000_000;

    /// <summary>Judges all keys; the first one that is not linearizable is explained.</summary>
    public static LinearizabilityVerdict Check(
        IEnumerable<HistoryOperation> history, long maxSteps = DefaultMaxSteps)
    {
        LinearizabilityVerdict verdict = new(Linearizability.Linearizable, "");
        foreach (IGrouping<string, HistoryOperation> key in history.GroupBy(static one => one.Key))
        {
            LinearizabilityVerdict one = RegisterSearch.Judge(key, maxSteps);
            if (one.Outcome == Linearizability.Violated)
                return one;
            if (one.Outcome == Linearizability.Undecided)
                verdict = one;
        }

        return verdict;
    }
}
