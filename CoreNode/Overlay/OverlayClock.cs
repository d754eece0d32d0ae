namespace CoreNode.Overlay;

/// <summary>
/// The time of a network's loop in ticks of <see cref="TimeSpan"/> since it began, and the alarm that wakes it. One
/// owner, but the alarm rings on any thread.
/// </summary>
internal sealed class OverlayClock : IDisposable
{
    /// <summary>A time that never comes.</summary>
    public const long Never = long.MaxValue;

    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _timer;

    public OverlayClock(TimeProvider time, Action ring)
    {
        _time = time;
        _began = time.GetTimestamp();
        _timer = time.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Now.</summary>
    public long Now => _time.GetElapsedTime(_began).Ticks;

    /// <summary>Now, for people.</summary>
    public DateTimeOffset Wall => _time.GetUtcNow();

    /// <summary>A time of the loop, for people.</summary>
    public DateTimeOffset WallOf(long at) => Wall + TimeSpan.FromTicks(at - Now);

    /// <summary>Rings then, instead of when it was to ring before.</summary>
    public void RingAt(long at)
    {
        if (at == Never)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // Timers count whole milliseconds: one that rings too early would ring again at once.
        long wait = Math.Max(at - Now, 0) + TimeSpan.TicksPerMillisecond - 1;
        _timer.Change(TimeSpan.FromMilliseconds(wait / TimeSpan.TicksPerMillisecond), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
