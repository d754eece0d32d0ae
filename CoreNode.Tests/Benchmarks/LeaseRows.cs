using System.Diagnostics;
using System.Globalization;
using CoreNode.Api.Peers.Requests;
using CoreNode.Platform;
using CoreNode.Tests.Cluster.Leading;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Units;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// What the connections by which machines renew their leases cost at the leader of three native members: processor
/// time and memory above the same without machines, and how long it takes until all have found the next leader.
/// </summary>
internal static class LeaseRows
{
    private const string Token = "a-cluster-with-many-workers";
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    public static async Task<IReadOnlyList<Figure>> ConnectionsAsync(BenchmarkOptions options)
    {
        List<Figure> figures = [];
        foreach (int count in (int[])[1000, 4000])
            figures.AddRange(await ConnectAsync(count));
        return figures;
    }

    private static async Task<List<Figure>> ConnectAsync(int count)
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(
            3, static _ => ["--initial-cluster-token", Token, "--units-lease", "10s"]);
        await using NodesHere nodes = await NodesHere.OfAsync(cluster.Machines, Token);
        ServerProcess leader = await cluster.Machines.WaitForCommonLeaderAsync(s_patience);
        List<LeasingMachine> machines = [];
        try
        {
            double idle = await LoadAsync(leader);
            double memory = ProcessMeter.ResidentMegabytes(leader.Pid);
            TimeSpan processor = ProcessMeter.ProcessorTime(leader.Pid);
            Stopwatch watch = Stopwatch.StartNew();
            for (int i = 0; i < count; i++)
            {
                NodeRequests requests = nodes.Next();
                LeasingMachine machine = new(i, () => requests, s_lease, () => nodes.Members);
                machines.Add(machine);
                machine.Start();
            }

            await UntilAsync(() => machines.All(static m => m.Granted > 0), "all hold a lease");
            double connected = watch.Elapsed.TotalSeconds;
            double spent = (ProcessMeter.ProcessorTime(leader.Pid) - processor).TotalMilliseconds / count;
            int granted = machines.Sum(static m => m.Granted);
            double busy = await LoadAsync(leader);
            double renewals = (machines.Sum(static m => m.Granted) - granted) / s_time.TotalSeconds;
            double held = ProcessMeter.ResidentMegabytes(leader.Pid) - memory;
            int lapses = machines.Sum(static m => m.Lapses);
            watch.Restart();
            await leader.KillAsync();
            TimeSpan killed = BootClock.Now(BootClock.Instance);
            int[] before = [.. machines.Select(static m => m.Granted)];
            await UntilAsync(
                () => machines.Index().All(m => m.Item.Granted > before[m.Index] && m.Item.Until > killed),
                "all found the next leader");
            double found = watch.Elapsed.TotalSeconds;
            int lost = machines.Sum(static m => m.Lapses) - lapses;
            string what = string.Create(CultureInfo.InvariantCulture, $"leases of {count:N0} machines: ");
            return
            [
                One(what + "renewals a second", "", renewals),
                One(what + "processor time of the leader, above that without", "ms/s", busy - idle),
                One(what + "the same for each renewal", "µs", (busy - idle) * 1000 / renewals),
                One(what + "processor time of the leader for each first connection", "ms", spent),
                One(what + "until all hold a lease", "s", connected),
                One(what + "memory of the leader, above that without", "MB", held),
                One(what + "leases that lapsed at rest", "", lapses),
                One(what + "leader killed: until all have renewed with the next one", "s", found),
                One(what + "leader killed: leases that lapsed", "", lost),
            ];
        }
        finally
        {
            await Task.WhenAll(machines.Select(static m => m.DisposeAsync().AsTask()));
        }
    }

    // Processor time in milliseconds a second.
    private static async Task<double> LoadAsync(ServerProcess leader)
    {
        TimeSpan before = ProcessMeter.ProcessorTime(leader.Pid);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.Delay(s_time);
        return (ProcessMeter.ProcessorTime(leader.Pid) - before).TotalMilliseconds / watch.Elapsed.TotalSeconds;
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > s_patience)
                throw new TimeoutException($"{what}: not within {s_patience}");
            await Task.Delay(s_pause);
        }
    }

    private static Figure One(string name, string unit, double value) =>
        new(name, unit, Target.None, [(double.NaN, value)]);
}
