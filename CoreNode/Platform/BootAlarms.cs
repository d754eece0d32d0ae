using CoreNode.Platform.Processes;

namespace CoreNode.Platform;

/// <summary>
/// Timers that count by a clock that goes on while the machine sleeps: whoever is due then is called as soon as it is
/// awake. One thread, which sleeps until the earliest is due, and is started with the first timer; callbacks run on the
/// pool. Any thread.
/// </summary>
/// <param name="clock">Tells the time, in nanoseconds.</param>
/// <param name="isWatched">False: whoever made it calls <see cref="Ring"/>; the kernel waits for no such clock.</param>
#pragma warning disable CA1001 // Its thread waits for the timer as long as the process lives.
internal sealed class BootAlarms(Func<long> clock, bool isWatched = true)
#pragma warning restore CA1001
{
    private const long NsPerTick = 100;
    private const long NsPerMillisecond = 1_000_000;

    private readonly Lock _gate = new(); // _due, _wakeUp and the alarms' fields
    private readonly SortedSet<Alarm> _due = new(Alarm.EarliestFirst);
    private BootTimer? _wakeUp;
    private long _count;

    /// <summary>As <see cref="TimeProvider.CreateTimer"/>.</summary>
    public ITimer Create(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Alarm alarm = new(this, callback, state, Interlocked.Increment(ref _count));
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Calls those that are due; says when the next one is.</summary>
    internal long? Ring()
    {
        List<Alarm> over = [];
        long? next;
        lock (_gate)
        {
            long now = clock();
            while (_due.Min is { } first && first.At <= now)
            {
                _due.Remove(first);
                over.Add(first);
                if (first.PeriodNs > 0)
                {
                    first.At = now + first.PeriodNs;
                    _due.Add(first);
                }
            }

            next = _due.Min?.At;
            _wakeUp?.Set(Moment(next));
        }

        foreach (Alarm alarm in over)
            ThreadPool.UnsafeQueueUserWorkItem(static rings => rings.Call(), alarm, preferLocal: false);
        return next;
    }

    private static TimeSpan? Moment(long? at) =>
        at is { } ns ? TimeSpan.FromTicks((ns + NsPerTick - 1) / NsPerTick) : null;

    private bool Change(Alarm alarm, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (alarm.IsOver)
                return false;
            _due.Remove(alarm);
            alarm.PeriodNs = period > TimeSpan.Zero ? Math.Max(period.Ticks * NsPerTick, NsPerMillisecond) : 0;
            if (dueTime >= TimeSpan.Zero)
            {
                alarm.At = clock() + (dueTime.Ticks * NsPerTick);
                _due.Add(alarm);
            }

            if (_wakeUp is null && isWatched)
                Start();
            if (_due.Min == alarm)
                _wakeUp?.Set(Moment(alarm.At));
            return true;
        }
    }

    private void Remove(Alarm alarm)
    {
        lock (_gate)
        {
            alarm.IsOver = true;
            _due.Remove(alarm);
        }
    }

    private void Start()
    {
        _wakeUp = new BootTimer();
        new Thread(Run) { IsBackground = true, Name = "boot alarms" }.Start();
    }

    private void Run()
    {
        using EventPoll poll = new();
        poll.Watch(_wakeUp!.Handle, 0);
        List<long> keys = [];
        while (true)
        {
            poll.Wait(null, keys);
            Ring();
        }
    }

    private sealed class Alarm(BootAlarms alarms, TimerCallback callback, object? state, long number) : ITimer
    {
        public static readonly Comparer<Alarm> EarliestFirst = Comparer<Alarm>.Create(static (a, b) =>
            a.At != b.At ? a.At.CompareTo(b.At) : a.Number.CompareTo(b.Number));

        public long Number => number;

        public long At { get; set; }

        public long PeriodNs { get; set; }

        public bool IsOver { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => alarms.Change(this, dueTime, period);

        public void Call() => callback(state);

        public void Dispose() => alarms.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
