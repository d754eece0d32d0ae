namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>A process of a machine: nothing of it goes on after its end. Its clocks may be wrong.</summary>
internal sealed class OverlayProcess : TimeProvider
{
    private readonly SimulatedWorld _world;
    private readonly SimulatedTime _time;

    public OverlayProcess(SimulatedWorld world, SimulatedTime time)
    {
        _world = world;
        _time = time;
        Thread = new SimulatedThread(world, Gate);
    }

    public SimulatedThread Thread { get; }

    public bool IsDead { get; set; }

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override long GetTimestamp() => _time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        SimulatedTimer timer = new(_world, _time.ToWorld, Gate, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Gate(Action what)
    {
        if (!IsDead)
            what();
    }
}
