namespace CoreNode.Foundation;

/// <summary>A number that only grows, counted from any thread.</summary>
public sealed class MetricCounter
{
    private long _value;

    /// <summary>The value now.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Counts one.</summary>
    public void Increment() => Interlocked.Increment(ref _value);

    /// <summary>Counts several.</summary>
    public void Add(long count) => Interlocked.Add(ref _value, count);
}
