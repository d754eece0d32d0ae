namespace CoreNode.Tests.Histories;

/// <summary>
/// The changes that happened, by index. Two sources that tell of different changes at one index contradict each
/// other, which is a fault of the store. Any source may know only a part.
/// </summary>
internal sealed class CommittedChanges
{
    private readonly SortedDictionary<ulong, WatchedChange> _changes = [];

    /// <summary>Everything that is known, by index.</summary>
    public IReadOnlyCollection<WatchedChange> All => _changes.Values;

    /// <summary>
    /// What can be known from outside: the answers of successful writes and all that watchers were told.
    /// </summary>
    public static CommittedChanges Of(IEnumerable<HistoryOperation> history, IEnumerable<WatchRun> runs)
    {
        CommittedChanges committed = new();
        foreach (HistoryOperation write in history)
        {
            if (write is { IsWrite: true, Result: HistoryResult.Ok, ModifiedIndex: not 0 })
                committed.Add(new WatchedChange(write.ModifiedIndex, write.Key, ActionOf(write.Kind), write.Value));
        }

        foreach (WatchRun run in runs)
        {
            foreach (WatchedChange change in run.Changes)
                committed.Add(change);
        }

        return committed;
    }

    /// <summary>Takes note of a change.</summary>
    /// <exception cref="AssertionException">Another one is known at that index.</exception>
    public void Add(WatchedChange change)
    {
        if (!_changes.TryAdd(change.Index, change) && _changes[change.Index] != change)
            throw new AssertionException($"two changes have one index: {_changes[change.Index]} and {change}");
    }

    private static string ActionOf(HistoryKind kind) => kind switch
    {
        HistoryKind.Set => "set",
        HistoryKind.Create => "create",
        HistoryKind.Update => "update",
        HistoryKind.CompareAndSwap => "compareAndSwap",
        HistoryKind.Delete => "delete",
        HistoryKind.CompareAndDelete => "compareAndDelete",
        _ => throw new ArgumentException($"{kind} changes nothing"),
    };
}
