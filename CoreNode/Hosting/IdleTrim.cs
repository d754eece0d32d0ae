namespace CoreNode.Hosting;

/// <summary>
/// Gives memory back when a node has grown and is quiet: the collector leaves what thousands of connections needed
/// while they came until it has a reason to look, and a quiet node gives it none.
/// </summary>
internal sealed class IdleTrim(Func<TimeSpan> processorTime, Func<long> committedBytes, Action collect)
{
    /// <summary>Between two looks.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    // All threads stand still meanwhile: for the most that is looked at, some tenths of a second.
    private const long MostBytes = 256L << 20;
    private const long LeastGrowthBytes = 8L << 20;

    // Share of one processor below which a node is quiet.
    private const double QuietShare = 0.05;

    private TimeSpan _lastTime = processorTime();
    private long _lastBytes = committedBytes();

    /// <summary>Runs until the token fires.</summary>
    internal static async Task RunAsync(TimeProvider time, CancellationToken stop)
    {
        IdleTrim trim = new(
            static () => Environment.CpuUsage.TotalTime,
            static () => GC.GetGCMemoryInfo().TotalCommittedBytes,
            static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
        using PeriodicTimer timer = new(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                trim.Look();
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>One look after each period.</summary>
    internal void Look()
    {
        TimeSpan time = processorTime();
        bool isQuiet = time - _lastTime < Period * QuietShare;
        _lastTime = time;
        long bytes = committedBytes();
        if (bytes < _lastBytes)
            _lastBytes = bytes;
        if (!isQuiet || bytes > MostBytes || bytes - _lastBytes < LeastGrowthBytes)
            return;
        collect();
        _lastBytes = committedBytes();
        _lastTime = processorTime();
    }
}
