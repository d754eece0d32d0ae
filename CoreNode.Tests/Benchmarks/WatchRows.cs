using System.Diagnostics;
using System.Text;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// How long it takes from the start of a PUT until the last of 1000 stream watchers of the key is told.
/// </summary>
internal static class WatchRows
{
    private const int Watchers = 1000;
    private const int EventsPerPass = 100;
    private const int MaxWaitMilliseconds = 10_000;

    public static async Task<IReadOnlyList<Figure>> FanOutAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        List<(double, double)> median = pair.InTurn(options.Passes, server => Median(LastTold(server)));
        return [new Figure("1000 watchers: the last one told, p50", "ms", new Target.AtMost(6), median)];
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static List<double> LastTold(ServerProcess server)
    {
        Uri url = server.Place.ClientUrl;
        byte[] put = Encoding.ASCII.GetBytes(
            $"PUT /v2/keys/watched HTTP/1.1\r\nHost: {url.Authority}\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 106\r\n\r\n"
            + $"value={new string('v', 100)}");
        using EventPoll poll = new();
        using LoadConnection writer = new(url);
        WatcherConnection[] watchers = [.. Enumerable.Range(0, Watchers).Select(_ => new WatcherConnection(url))];
        try
        {
            poll.Add(writer.Descriptor, Watchers);
            for (int i = 0; i < Watchers; i++)
                poll.Add(watchers[i].Descriptor, i);
            return [.. Enumerable.Range(0, EventsPerPass).Select(_ => OneEvent(poll, writer, watchers, put))];
        }
        finally
        {
            foreach (WatcherConnection watcher in watchers)
                watcher.Dispose();
        }
    }

    private static double OneEvent(EventPoll poll, LoadConnection writer, WatcherConnection[] watchers, byte[] put)
    {
        int untold = watchers.Length;
        bool answered = false;
        long lastTold = 0;
        writer.Send(put);
        while (untold > 0 || !answered)
        {
            int ready = poll.Wait(MaxWaitMilliseconds);
            if (ready == 0)
                throw new IOException($"{untold} watchers were not told in {MaxWaitMilliseconds} ms");
            for (int i = 0; i < ready; i++)
            {
                int tag = poll.TagAt(i);
                if (tag == watchers.Length)
                {
                    answered |= writer.Receive();
                    continue;
                }
                untold -= watchers[tag].ReceiveEvents();
            }
            if (untold == 0 && lastTold == 0)
                lastTold = Stopwatch.GetTimestamp();
        }
        return Stopwatch.GetElapsedTime(writer.SentAt, lastTold).TotalMilliseconds;
    }
}
