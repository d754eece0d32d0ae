namespace CoreNode.Tests.Updates.Server;

/// <summary>A clock that a test moves while a server's threads look at it.</summary>
internal sealed class ServerClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero).Ticks;

    private long _wrong;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public DateTimeOffset Now => GetUtcNow();

    public override DateTimeOffset GetUtcNow() =>
        new(Volatile.Read(ref _ticks) + Volatile.Read(ref _wrong), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    /// <summary>Somebody sets the clock; no time passes.</summary>
    public void Set(TimeSpan by) => Interlocked.Add(ref _wrong, by.Ticks);
}
