namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// Clock and timers of one process of a machine: nothing fires while that stands still, nor after its end.
/// </summary>
internal sealed class UnitsProcessTime(UnitsNode node) : TimeProvider
{
    private readonly int _incarnation = node.Incarnation;

    /// <inheritdoc/>
    public override long TimestampFrequency => node.Time.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => node.Time.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => node.Time.GetUtcNow();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        SimulatedTimer timer = new(
            node.World, node.Time.ToWorld, what => node.Gate(_incarnation, what), () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }
}
