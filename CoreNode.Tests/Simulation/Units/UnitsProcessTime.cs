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
        ProcessTimer timer = new(node, _incarnation, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ProcessTimer(UnitsNode node, int incarnation, Action fire) : ITimer
    {
        private int _changes;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int change = ++_changes;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            node.World.After(Math.Max(0, node.Time.ToWorld(dueTime)), () => node.Gate(incarnation, () =>
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
}
