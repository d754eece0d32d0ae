using System.Diagnostics;

namespace CoreNode.Wal;

/// <summary>Durations of syncs: written by the Wal thread, read by any.</summary>
internal sealed class SyncTimes
{
    private const int Recent = 1024;

    /// <summary>Guards all fields.</summary>
    private readonly Lock _gate = new();

    private readonly long[] _recentTicks = new long[Recent];
    private long _count;
    private long _totalTicks;
    private long _runningSince;

    /// <summary>A write and sync begin.</summary>
    public void Begin()
    {
        lock (_gate)
            _runningSince = Stopwatch.GetTimestamp();
    }

    /// <summary>The sync that began at <paramref name="syncStart"/> (a stopwatch timestamp) is done.</summary>
    public void End(long syncStart)
    {
        long ticks = Stopwatch.GetTimestamp() - syncStart;
        lock (_gate)
        {
            _recentTicks[(int)(_count % Recent)] = ticks;
            _count++;
            _totalTicks += ticks;
            _runningSince = 0;
        }
    }

    /// <summary>The write ended without a sync.</summary>
    public void Cancel()
    {
        lock (_gate)
            _runningSince = 0;
    }

    /// <summary>The figures now.</summary>
    public WalSyncStatistics Snapshot(long writtenBytes)
    {
        long[] recent;
        long count;
        long total;
        long since;
        lock (_gate)
        {
            recent = _recentTicks.AsSpan(0, (int)Math.Min(_count, Recent)).ToArray();
            count = _count;
            total = _totalTicks;
            since = _runningSince;
        }

        Array.Sort(recent);
        long maximum = recent.Length == 0 ? 0 : recent[^1];
        long p99 = recent.Length == 0 ? 0 : recent[(recent.Length * 99 - 1) / 100];
        TimeSpan running = since == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(since);
        return new WalSyncStatistics(count, ToTime(total), ToTime(maximum), ToTime(p99), running, writtenBytes);
    }

    private static TimeSpan ToTime(long stopwatchTicks) => Stopwatch.GetElapsedTime(0, stopwatchTicks);
}
