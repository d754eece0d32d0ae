namespace CoreNode.Tests.Simulation;

/// <summary>A timer of a simulated process: it fires once a change, and only as the process may.</summary>
/// <param name="world">The time.</param>
/// <param name="toWorld">Nanoseconds of the world that pass in a time of the machine.</param>
/// <param name="gate">Lets the process do something: now, when it goes on, or never if it is gone.</param>
/// <param name="fire">What it does.</param>
internal sealed class SimulatedTimer(
    SimulatedWorld world, Func<TimeSpan, long> toWorld, Action<Action> gate, Action fire) : ITimer
{
    private int _changes;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        int change = ++_changes;
        if (dueTime == Timeout.InfiniteTimeSpan)
            return true;
        world.After(Math.Max(0, toWorld(dueTime)), () => gate(() =>
        {
            if (change == _changes)
                fire();
        }));
        return true;
    }

    public void Dispose() => _changes++;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
