namespace CoreNode.Store;

/// <summary>
/// Operation counters as /v2/stats/store shows them, since this process started. Thread-safe: writes are counted by
/// the loop that applies them, reads by the threads that serve them.
/// </summary>
public sealed class StoreStatistics
{
    private readonly long[] _counts = new long[Enum.GetValues<StoreCounter>().Length];

    /// <summary>The value of a counter now.</summary>
    public long this[StoreCounter counter] => Volatile.Read(ref _counts[(int)counter]);

    /// <summary>Counts one.</summary>
    public void Increment(StoreCounter counter) => Interlocked.Increment(ref _counts[(int)counter]);

    /// <summary>Adds to a counter; negative for the watchers that leave.</summary>
    public void Add(StoreCounter counter, long count) => Interlocked.Add(ref _counts[(int)counter], count);
}
