namespace CoreNode.Tests.Simulation;

/// <summary>
/// The clocks of one machine: a monotonic one that may run a little fast or slow, and a wall clock that may jump.
/// </summary>
internal sealed class SimulatedTime(SimulatedWorld world) : TimeProvider
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private long _changedAt = world.Now;
    private long _localThen = world.Now + 1_000_000_000;
    private double _rate = 1;

    /// <summary>Seconds of this machine that pass in a second.</summary>
    public double Rate
    {
        get => _rate;
        set
        {
            _localThen = GetTimestamp();
            _changedAt = world.Now;
            _rate = value;
        }
    }

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan WallOffset { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override long GetTimestamp() => _localThen + (long)((world.Now - _changedAt) * _rate);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => s_start + WallOffset + TimeSpan.FromTicks(GetTimestamp() / 100);

    /// <summary>The world's time that passes in a time of this machine, in nanoseconds.</summary>
    public long ToWorld(TimeSpan local) => (long)(local.Ticks * 100 / _rate);
}
