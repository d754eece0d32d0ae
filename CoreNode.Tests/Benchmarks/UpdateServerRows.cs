using System.Diagnostics;
using System.Globalization;
using System.Net;
using CoreNode.Tests.Updates.Server;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// The update server without HTTP, on a disk: bytes of XML in, bytes of XML out, with 100 000 machines that it knows.
/// Processor time is that of the whole process, in the runtime that tests run in. There is nothing of etcd to compare.
/// </summary>
internal static class UpdateServerRows
{
    private const int Machines = 100_000;
    private const int Clients = 64;
    private const int Least = 3000;

    public static async Task<IReadOnlyList<Figure>> ChecksAsync(BenchmarkOptions options)
    {
        byte[][] requests = Requests();
        UpdateServerOptions server = new()
        {
            Folder = "",
            MaxMachinesPerAddress = 2 * Machines,
        };
        using ServerBench bench = new(server, time: TimeProvider.System);
        // Everybody may update, one at a time: the costliest of the usual answers, "not now, because …".
        await bench.SetUpAsync(new RolloutPolicy { MaxAtATime = 1 });
        await bench.ReleaseAsync("1.1.0", 2);
        (double registered, _) = await RunAsync(bench, requests, Machines);
        List<(double, double)> rates = [];
        List<(double, double)> perSecond = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            (double rate, double wall) = await RunAsync(bench, requests, Machines);
            rates.Add((double.NaN, rate));
            perSecond.Add((double.NaN, wall));
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process self = Process.GetCurrentProcess();
        double resident = ProcessMeter.ResidentMegabytes(self.Id);
        long begin = Stopwatch.GetTimestamp();
        bench.Restart();
        double restart = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        MachinePage page = await bench.Server.ListMachinesAsync(new MachineQuery(), CancellationToken.None);
        Assert.That(page.Total, Is.EqualTo(Machines));
        const string What = "update server, 100,000 machines: ";
        return
        [
            new(
                What + "checks that change nothing, per second of processor time", "1/s", new Target.AtLeast(Least),
                rates),
            new(What + "the same, per second, 64 at a time", "1/s", Target.None, perSecond),
            One(What + "new machines per second of processor time", "1/s", registered),
            One(What + "resident memory of the test's process", "MB", resident),
            new(What + "stop and start", "s", new Target.AtMost(4), [(double.NaN, restart)]),
        ];
    }

    private static async Task<(double PerProcessor, double PerSecond)> RunAsync(
        ServerBench bench, byte[][] requests, int count)
    {
        int next = -1;
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        long begin = Stopwatch.GetTimestamp();
        Task[] clients = new Task[Clients];
        for (int i = 0; i < clients.Length; i++)
            clients[i] = Task.Run(AskAsync);
        await Task.WhenAll(clients);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        self.Refresh();
        double processor = (self.TotalProcessorTime - before).TotalSeconds;
        return (count / processor, count / seconds);

        async Task AskAsync()
        {
            IPAddress from = IPAddress.Parse("10.0.0.1");
            int number;
            while ((number = Interlocked.Increment(ref next)) < count)
            {
                OmahaReply reply = await bench.Server.ServeAsync(
                    new OmahaCall(requests[number % requests.Length], ServerBench.BaseUrl, from),
                    CancellationToken.None);
                Assert.That(reply.HttpStatus, Is.EqualTo(200));
            }
        }
    }

    private static byte[][] Requests()
    {
        byte[][] requests = new byte[Machines][];
        for (int i = 0; i < Machines; i++)
        {
            requests[i] = OmahaRequestCodec.Write(ClientRequests.Check(
                new UpdateMachine
                {
                    Client = "update_engine-0.4.10",
                    Version = "1.0.0",
                    Group = "stable",
                    MachineId = string.Create(CultureInfo.InvariantCulture, $"{i:x32}"),
                    BootId = "965fb4c5-ad3e-4eb7-a4c2-ca0c0e31ec84",
                    Board = "amd64-usr",
                    Oem = "ami",
                    OemVersion = "0.0.4",
                    AlephVersion = "0.9.0",
                },
                isOnDemand: false,
                previousVersion: ""));
        }

        return requests;
    }

    private static Figure One(string name, string unit, double value) =>
        new(name, unit, Target.None, [(double.NaN, value)]);
}
