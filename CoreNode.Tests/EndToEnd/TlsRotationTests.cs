using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Tests.Api;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd;

/// <summary>Certificates are replaced under load: no request fails, and new connections show the new ones.</summary>
[TestFixture, Category("EndToEnd"), Category("Native"), NonParallelizable]
internal sealed class TlsRotationTests
{
    private const int Writers = 4;
    private const int Rotations = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task No_request_fails_while_certificates_are_replaced_twice()
    {
        await using TlsCluster cluster = await TlsCluster.StartAsync();
        using CancellationTokenSource stop = new();
        ConcurrentQueue<string> failures = new();
        int[] written = new int[Writers];
        await using RawClient old = await OpenAsync(cluster, 0);
        string firstSerial = Serial(old);
        await using RawClient watcher = await OpenAsync(cluster, 2);
        await watcher.SendAsync("GET /v2/keys/w?wait=true&stream=true&recursive=true HTTP/1.1\r\nHost: t\r\n\r\n");
        await watcher.ReadHeadAsync();
        Task<int> watch = WatchAsync(watcher);
        Task[] writers = [.. Enumerable.Range(0, Writers)
            .Select(i => WriteAsync(cluster, i, written, failures, stop.Token))];
        for (int i = 0; i < Rotations; i++)
        {
            await ProgressAsync(written, failures);
            string[] serials = [.. cluster.Members.Select(cluster.Renew)];
            for (int m = 0; m < serials.Length; m++)
            {
                await ShownAsync(cluster, cluster.Members[m].Place.ClientPort, serials[m]);
                await ShownAsync(cluster, cluster.Members[m].Place.PeerPort, serials[m]);
            }
        }

        await ProgressAsync(written, failures);
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.That(failures, Is.Empty);
        Assert.That((await old.AskAsync("GET", "/version")).Status, Is.EqualTo(200), "a present connection stays");
        Assert.That(Serial(old), Is.EqualTo(firstSerial));
        Assert.That((await old.PutAsync("/w/end", "value=1")).Status, Is.EqualTo(201));
        Assert.That(await watch, Is.EqualTo(written.Sum()), "the watch saw each write once");

        // Members find each other with the new ones, too.
        await cluster.Members[2].StopAsync();
        await cluster.Members[2].RestartAsync();
    }

    // Writers 0 and 1 keep their connection, 2 and 3 open a new one for each request.
    private static async Task WriteAsync(
        TlsCluster cluster, int number, int[] written, ConcurrentQueue<string> failures, CancellationToken stop)
    {
        RawClient? kept = number < 2 ? await OpenAsync(cluster, number % 2) : null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                RawClient client = kept ?? await OpenAsync(cluster, number % 2);
                RawAnswer answer = await client.PutAsync(
                    string.Create(CultureInfo.InvariantCulture, $"/w/{number}"), $"value={written[number]}");
                if (answer.Status is not (200 or 201))
                    failures.Enqueue($"writer {number}: {answer.StatusLine} {answer.Body}");
                Interlocked.Increment(ref written[number]);
                if (kept is null)
                    await client.DisposeAsync();
            }
        }
        catch (Exception e)
        {
            failures.Enqueue($"writer {number}: {e}");
        }
        finally
        {
            if (kept is not null)
                await kept.DisposeAsync();
        }
    }

    private static async Task<int> WatchAsync(RawClient watcher)
    {
        int seen = 0;
        while (await watcher.ReadChunkAsync() is { } chunk)
        {
            foreach (string line in chunk.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Contains("\"key\":\"/w/end\"", StringComparison.Ordinal))
                    return seen;
                seen++;
            }
        }

        throw new EndOfStreamException("the watch ended");
    }

    // Each writer has gone on by some requests.
    private static async Task ProgressAsync(int[] written, ConcurrentQueue<string> failures)
    {
        int[] before = [.. written];
        await UntilAsync(
            () => Task.FromResult(
                !failures.IsEmpty || Enumerable.Range(0, Writers).All(i => Volatile.Read(ref written[i]) > before[i] + 20)),
            "writers go on");
        Assert.That(failures, Is.Empty);
    }

    private static Task ShownAsync(TlsCluster cluster, int port, string serial) => UntilAsync(
        async () =>
        {
            using TcpClient client = new("127.0.0.1", port);
            await using SslStream tls = new(client.GetStream());
            await tls.AuthenticateAsClientAsync(cluster.GoodClient);
            return ((X509Certificate2)tls.RemoteCertificate!).SerialNumber == serial;
        },
        "the new certificate is shown");

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.That(watch.Elapsed, Is.LessThan(s_patience), $"waited in vain: {what}");
            await Task.Delay(20);
        }
    }

    private static Task<RawClient> OpenAsync(TlsCluster cluster, int member) =>
        RawClient.OpenTlsAsync(cluster.Members[member].Place.ClientUrl, cluster.GoodClient);

    private static string Serial(RawClient client) => ((X509Certificate2)client.Tls!.RemoteCertificate!).SerialNumber;
}
