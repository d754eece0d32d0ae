using System.Diagnostics;

namespace CoreNode.Tests.Benchmarks;

/// <summary>One connection after the other: TCP, TLS, one request, the end. No session is gone on with.</summary>
internal static class HandshakeLoad
{
    /// <summary>So many of them; the processor time includes the request, which is the same for both servers.</summary>
    public static LoadResult Run(Uri url, int count, int pid)
    {
        RequestTemplate request = RequestTemplate.Get(url, static () => 0);
        uint[] latencies = new uint[count];
        TimeSpan before = ProcessMeter.ProcessorTime(pid);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            using LoadConnection connection = new(url);
            connection.Send(request.Next());
            while (!connection.Receive())
            {
            }

            latencies[i] = (uint)Stopwatch.GetElapsedTime(begin).Ticks;
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return new LoadResult(elapsed, ProcessMeter.ProcessorTime(pid) - before, latencies);
    }
}
