namespace CoreNode.Foundation;

/// <summary>
/// How often a measured value fell below each of some fixed bounds, with the sum: Prometheus' histogram. Observed from
/// any thread; a reader may see a sum that is one observation ahead of the counts, which scrapes tolerate.
/// </summary>
public sealed class MetricHistogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private double _sum;

    internal MetricHistogram(ReadOnlySpan<double> bounds)
    {
        _bounds = bounds.ToArray();
        _counts = new long[bounds.Length + 1];
        for (int i = 1; i < bounds.Length; i++)
            Invariant.That(bounds[i - 1] < bounds[i], "histogram bounds grow");
    }

    /// <summary>1 ms to 8.192 s by powers of two, in seconds: etcd's bounds for disk latencies.</summary>
    public static ReadOnlySpan<double> DiskSeconds =>
        [.001, .002, .004, .008, .016, .032, .064, .128, .256, .512, 1.024, 2.048, 4.096, 8.192];

    /// <summary>Upper bounds of the buckets, without +Inf.</summary>
    public ReadOnlySpan<double> Bounds => _bounds;

    /// <summary>Sum of everything observed.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Records one value, in the unit that the metric's name ends with.</summary>
    public void Observe(double value)
    {
        int bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        double seen = Volatile.Read(ref _sum);
        while (true)
        {
            double before = Interlocked.CompareExchange(ref _sum, seen + value, seen);
            if (before.Equals(seen))
                return;
            seen = before;
        }
    }

    /// <summary>Records a duration in seconds.</summary>
    public void Observe(TimeSpan duration) => Observe(duration.TotalSeconds);

    /// <summary>Observations in one bucket alone; the index after the last bound is +Inf.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);
}
