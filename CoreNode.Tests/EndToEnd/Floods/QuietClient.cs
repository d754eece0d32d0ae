using System.Diagnostics;
using System.Globalization;
using System.Text;
using CoreNode.Tests.Fuzzing;

namespace CoreNode.Tests.EndToEnd.Floods;

/// <summary>
/// Another client, which writes and reads a key by turns on one connection and measures how long that takes. On a
/// thread of its own, so that a flood made in the same process delays it as little as possible.
/// </summary>
internal sealed class QuietClient(Uri server)
{
    private readonly List<double> _milliseconds = [];
    private Exception? _fault;

    /// <summary>Requests that were answered as they should.</summary>
    public int Count => _milliseconds.Count;

    /// <summary>99 of 100 took no longer.</summary>
    public double P99 => Sorted()[(int)(_milliseconds.Count * 0.99)];

    /// <summary>Half of them took no longer.</summary>
    public double P50 => Sorted()[_milliseconds.Count / 2];

    /// <summary>The slowest.</summary>
    public double Slowest => Sorted()[^1];

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} requests, p50 {P50:0.0} ms, p99 {P99:0.0} ms, slowest {Slowest:0.0} ms");

    /// <summary>Goes on for a time; fails with the first request that is not answered as it should.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            try
            {
                Run(time);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or System.Net.Sockets.SocketException)
            {
                _fault = e;
            }

            ended.SetResult();
        });
        thread.Start();
        await ended.Task;
        if (_fault is not null)
            throw new IOException($"the quiet client failed after {Count} requests: {_fault.Message}", _fault);
    }

    private void Run(TimeSpan time)
    {
        using FuzzConnection connection = new(server);
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; watch.Elapsed < time; i++)
        {
            byte[] request = Encoding.ASCII.GetBytes(i % 2 == 0
                ? "PUT /v2/keys/quiet?value=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
                : "GET /v2/keys/quiet HTTP/1.1\r\nHost: x\r\n\r\n");
            long started = Stopwatch.GetTimestamp();
            connection.Send(request);
            int status = connection.ReadAnswer(isHead: false);
            _milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (status is not (200 or 201))
                throw new InvalidDataException($"{status} {connection.Body}");
        }
    }

    private double[] Sorted() => [.. _milliseconds.Order()];
}
