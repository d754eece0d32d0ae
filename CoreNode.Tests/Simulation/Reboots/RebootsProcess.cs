namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>A process of a machine: nothing of it goes on after its end.</summary>
internal sealed class RebootsProcess
{
    private readonly SimulatedThread _thread;

    public RebootsProcess(SimulatedWorld world)
    {
        _thread = new SimulatedThread(world, Gate);
        Time = new ProcessTime(world, Gate);
    }

    public bool IsDead { get; set; }

    /// <summary>Something went on on another thread: the run would not be the same twice.</summary>
    public bool IsAstray => _thread.IsAstray;

    public TimeProvider Time { get; }

    public void Run(Action what) => _thread.Run(what);

    private void Gate(Action what)
    {
        if (!IsDead)
            what();
    }

    private sealed class ProcessTime(SimulatedWorld world, Action<Action> gate) : TimeProvider
    {
        public override long TimestampFrequency => RebootsPlan.Second;

        public override long GetTimestamp() => world.Now + RebootsPlan.Second;

        public override DateTimeOffset GetUtcNow() => RebootsCluster.Start + TimeSpan.FromTicks(world.Now / 100);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            SimulatedTimer timer = new(world, static time => time.Ticks * 100, gate, () => callback(state));
            timer.Change(dueTime, period);
            return timer;
        }
    }
}
