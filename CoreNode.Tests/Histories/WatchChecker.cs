namespace CoreNode.Tests.Histories;

/// <summary>
/// Says whether watchers were told of every change that they wanted, once and in order. Not judged: etcd's quirk that
/// a stream with an index in the past ends with the first change that it finds there.
/// </summary>
internal static class WatchChecker
{
    /// <summary>Fails the test at the first run that is not right.</summary>
    public static void ThrowUnlessRight(IEnumerable<WatchRun> runs, CommittedChanges committed)
    {
        foreach (WatchRun run in runs)
        {
            if (FindFault(run, committed) is { } fault)
                throw new AssertionException($"{run.Watcher} on {run.Key}: {fault}");
        }
    }

    /// <summary>What is wrong with a run; nothing if it is right.</summary>
    public static string? FindFault(WatchRun run, CommittedChanges committed)
    {
        ulong last = 0;
        for (int i = 0; i < run.Changes.Count; i++)
        {
            WatchedChange change = run.Changes[i];
            if (!run.Wants(change.Key))
                return $"told of {change}, which it did not ask for";
            if (change.Index < run.Since)
                return $"told of {change}, before {run.Since}";
            bool isQuirk = run.IsStream && i > 0 && change == run.Changes[i - 1] && change.IsRemoval
                && change.Key == run.Key && (i < 2 || change != run.Changes[i - 2]);
            if (change.Index <= last && !isQuirk)
                return $"told of {change} after {run.Changes[i - 1]}";
            last = change.Index;
        }

        return FindDifference(run, committed, last);
    }

    private static string? FindDifference(WatchRun run, CommittedChanges committed, ulong last)
    {
        ulong from = run.Since != 0 ? run.Since : run.Changes.Count > 0 ? run.Changes[0].Index : ulong.MaxValue;
        ulong to = Math.Max(last, run.CompleteUpTo);
        Dictionary<ulong, WatchedChange> told = [];
        foreach (WatchedChange change in run.Changes)
            told[change.Index] = change;
        foreach (WatchedChange change in committed.All)
        {
            bool isDue = change.Index >= from && change.Index <= to && run.Wants(change.Key);
            if (told.Remove(change.Index, out WatchedChange? heard) && heard != change)
                return $"told of {heard}, which was {change}";
            if (isDue && heard is null)
                return $"not told of {change}";
        }

        return told.Count == 0 ? null : $"told of {told.Values.MinBy(static one => one.Index)}, which never happened";
    }
}
