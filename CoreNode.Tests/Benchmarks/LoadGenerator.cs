using System.Diagnostics;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Closed loop on one thread: each connection sends its next request when its answer is whole. No allocation while it
/// runs, so no collection of its own shows as a stall of the server.
/// </summary>
internal sealed class LoadGenerator(IReadOnlyList<Uri> servers, int connections) : IDisposable
{
    private const int MaxRequests = 8_000_000;
    private readonly LoadConnection[] _connections =
        [.. Enumerable.Range(0, connections).Select(i => new LoadConnection(servers[i % servers.Count]))];

    private readonly uint[] _latencies = GC.AllocateUninitializedArray<uint>(MaxRequests);
    private int _answers;

    /// <summary>All connections to one server.</summary>
    public LoadGenerator(Uri server, int connections)
        : this([server], connections)
    {
    }

    /// <summary>Runs for a time. The processor time is that of all processes given.</summary>
    public LoadResult RunFor(TimeSpan time, RequestTemplate template, params int[] pids)
    {
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        return RunWhile(() => Stopwatch.GetTimestamp() < end, template, pids);
    }

    /// <summary>Sends exactly so many requests.</summary>
    public LoadResult RunCount(int requests, RequestTemplate template, params int[] pids)
    {
        int sent = 0;
        return RunWhile(() => sent++ < requests, template, pids);
    }

    /// <summary>Goes on as long as another request may be sent.</summary>
    public LoadResult RunWhile(Func<bool> mayStart, RequestTemplate template, params int[] pids)
    {
        _answers = 0;
        Array.Clear(_latencies);
        TimeSpan serverTime = ProcessMeter.ProcessorTime(pids);
        long started = Stopwatch.GetTimestamp();
        if (_connections.Length == 1)
            RunBlocking(_connections[0], template, mayStart);
        else
            RunPolling(template, mayStart);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return new LoadResult(elapsed, ProcessMeter.ProcessorTime(pids) - serverTime, _latencies[.._answers]);
    }

    public void Dispose()
    {
        foreach (LoadConnection connection in _connections)
            connection.Dispose();
    }

    // One connection is always ready when its answer is there: asking first would only add a system call.
    private void RunBlocking(LoadConnection connection, RequestTemplate template, Func<bool> mayStart)
    {
        while (mayStart())
        {
            connection.Send(template.Next());
            while (!connection.Receive())
            {
            }
            Count(connection);
        }
    }

    private void RunPolling(RequestTemplate template, Func<bool> mayStart)
    {
        using EventPoll poll = new();
        int open = 0;
        for (int i = 0; i < _connections.Length && mayStart(); i++, open++)
        {
            poll.Add(_connections[i].Descriptor, i);
            _connections[i].Send(template.Next());
        }
        while (open > 0)
        {
            for (int i = poll.Wait(-1) - 1; i >= 0; i--)
            {
                LoadConnection connection = _connections[poll.TagAt(i)];
                if (!connection.Receive())
                    continue;
                Count(connection);
                if (mayStart())
                    connection.Send(template.Next());
                else
                    open--;
            }
        }
    }

    private void Count(LoadConnection connection)
    {
        if (connection.Status is not (200 or 201))
            throw new IOException($"the server answered {connection.Status}");
        TimeSpan latency = Stopwatch.GetElapsedTime(connection.SentAt);
        _latencies[_answers++] = (uint)latency.Ticks;
    }
}
