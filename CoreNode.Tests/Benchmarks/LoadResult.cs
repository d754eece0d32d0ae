namespace CoreNode.Tests.Benchmarks;

/// <summary>What one pass of load did.</summary>
/// <param name="Latencies">Of every request in tenths of a microsecond, in the order of the answers.</param>
internal sealed record LoadResult(TimeSpan Elapsed, TimeSpan ServerTime, uint[] Latencies)
{
    public int Requests => Latencies.Length;

    public double RequestsPerSecond => Requests / Elapsed.TotalSeconds;

    /// <summary>Processor time of the server's process for one request.</summary>
    public double ServerMicroseconds => ServerTime.TotalMicroseconds / Requests;

    public double LongestMilliseconds => Latencies.Max() / 10_000.0;

    /// <summary>The latency that the given share of requests stayed below.</summary>
    public double LatencyMilliseconds(double share)
    {
        uint[] sorted = [.. Latencies.Order()];
        return sorted[(int)((sorted.Length - 1) * share)] / 10_000.0;
    }
}
