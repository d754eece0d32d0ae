namespace CoreNode.Tests.Provision.Sources;

/// <summary>A clock that stands until it is moved by hand; its timers fire then. Any thread.</summary>
internal sealed class HandTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<HandTimer> _timers = [];
    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
            return _passed.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)
        + TimeSpan.FromTicks(GetTimestamp());

    public void Advance(TimeSpan by)
    {
        HandTimer[] due;
        lock (_gate)
        {
            _passed += by;
            due = [.. _timers.Where(one => one.Due <= _passed)];
            foreach (HandTimer one in due)
                _timers.Remove(one);
        }

        foreach (HandTimer one in due)
            one.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        HandTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class HandTimer(HandTime time, Action fire) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._passed + dueTime;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
