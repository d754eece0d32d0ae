namespace CoreNode.Tests.Pki;

/// <summary>Wall and monotonic clock that stand still until they are moved together.</summary>
internal sealed class SteppedTime(DateTimeOffset start) : TimeProvider
{
    private readonly DateTimeOffset _start = start;
    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _start + _passed;

    public override long GetTimestamp() => _passed.Ticks;

    public void Advance(TimeSpan by) => _passed += by;
}
