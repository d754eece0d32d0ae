namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>
/// A process of a machine: its tasks go on in the simulation's order, on its one thread, and not after its end.
/// </summary>
internal sealed class RebootsProcess(SimulatedWorld world) : SynchronizationContext
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile bool _isAstray;

    public bool IsDead { get; set; }

    /// <summary>Something went on on another thread: the run would not be the same twice.</summary>
    public bool IsAstray => _isAstray;

    public TimeProvider Time => new ProcessTime(world, this);

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            _isAstray = true;
        else if (!IsDead)
            world.After(0, () => Run(() => d(state)));
    }

    public override SynchronizationContext CreateCopy() => this;

    public void Run(Action what)
    {
        if (IsDead)
            return;
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            what();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private sealed class ProcessTime(SimulatedWorld world, RebootsProcess process) : TimeProvider
    {
        public override long TimestampFrequency => RebootsPlan.Second;

        public override long GetTimestamp() => world.Now + RebootsPlan.Second;

        public override DateTimeOffset GetUtcNow() => RebootsCluster.Start + TimeSpan.FromTicks(world.Now / 100);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ProcessTimer timer = new(world, process, () => callback(state));
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class ProcessTimer(SimulatedWorld world, RebootsProcess process, Action fire) : ITimer
    {
        private int _changes;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int change = ++_changes;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                world.After(Math.Max(0, dueTime.Ticks * 100), () =>
                {
                    if (change == _changes && !process.IsDead)
                        fire();
                });
            }

            return true;
        }

        public void Dispose() => _changes++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
