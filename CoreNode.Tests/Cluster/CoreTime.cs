namespace CoreNode.Tests.Cluster;

/// <summary>Both clocks of a member in a test: they stand still until they are moved.</summary>
internal sealed class CoreTime : TimeProvider
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed.Ticks;

    public override DateTimeOffset GetUtcNow() => s_start + _passed;

    public void Advance(TimeSpan by) => _passed += by;
}
