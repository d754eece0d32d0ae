using System.Diagnostics;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Units;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// 100 machines that run 1000 units and are asked for nothing: three native members and 97 workers, whose agents and
/// leases are real and over real connections, while their unit managers only remember.
/// </summary>
internal static class UnitsRestRows
{
    private const string Token = "a-cluster-at-rest";
    private const int Workers = 97;
    private const int Units = 1000;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> RestAsync(BenchmarkOptions options)
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(
            3, static _ => ["--initial-cluster-token", Token, "--units-lease", "10s"]);
        await using NodesHere nodes = await NodesHere.OfAsync(cluster.Machines, Token);
        List<LightMachine> machines = [];
        try
        {
            for (int i = 0; i < Workers; i++)
                machines.Add(new LightMachine(0x1000 + i, nodes, s_lease));
            await UntilAsync(
                cluster, "/fleet/v1/machines", static all => all["machines"]!.AsArray().Count >= Workers,
                "the first page of machines, or all of them");
            await UnitRows.SubmitAsync(cluster, Units, "/bin/sleep infinity", "");
            await UntilAsync(cluster, "/corenode/v1/units", static all => IsRunning(all["units"]!), "units run");
            await UntilQuietAsync(cluster);
            return await MeasureAsync(cluster, machines);
        }
        finally
        {
            await Task.WhenAll(machines.Select(static m => m.DisposeAsync().AsTask()));
        }
    }

    private static async Task<List<Figure>> MeasureAsync(UnitCluster cluster, List<LightMachine> machines)
    {
        ServerProcess leader = await cluster.Machines.WaitForCommonLeaderAsync(s_patience);
        double bytes = await cluster.Machines.SumAsync("corenode_wal_written_bytes_total");
        double entries = await cluster.Machines.SumAsync("corenode_raft_last_index");
        double writes = await cluster.Machines.SumAsync("etcd_debugging_store_writes_total");
        Assert.That(bytes, Is.GreaterThan(0), "members count the bytes of their logs");
        Assert.That(entries, Is.GreaterThan(3 * Units), "units stand in the logs of all members");
        Assert.That(writes, Is.GreaterThan(3 * Units), "members count writes");
        TimeSpan processor = ProcessMeter.ProcessorTime(leader.Pid);
        int granted = machines.Sum(static m => m.Lease.Granted);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.Delay(s_rest);
        double seconds = watch.Elapsed.TotalSeconds;
        granted = machines.Sum(static m => m.Lease.Granted) - granted;
        processor = ProcessMeter.ProcessorTime(leader.Pid) - processor;
        return
        [
            One(
                "log bytes in 60 s, all members", "", new Target.AtMost(0),
                await cluster.Machines.SumAsync("corenode_wal_written_bytes_total") - bytes),
            One(
                "log entries in 60 s, all members", "", new Target.AtMost(0),
                await cluster.Machines.SumAsync("corenode_raft_last_index") - entries),
            One(
                "writes of keys in 60 s", "", new Target.AtMost(0),
                await cluster.Machines.SumAsync("etcd_debugging_store_writes_total") - writes),
            One("renewals of the 97 workers a second", "", Target.None, granted / seconds),
            One(
                "processor time of the leader, with its own 10 units", "ms/s", Target.None,
                processor.TotalMilliseconds / seconds),
            One("memory of the leader", "MB", Target.None, ProcessMeter.ResidentMegabytes(leader.Pid)),
        ];
    }

    private static bool IsRunning(JsonNode units) => units.AsArray() is { Count: Units } all
        && all.All(static unit => unit!["machines"]?.AsArray() is [{ } one, ..] && (string?)one["active"] == "active");

    private static async Task UntilAsync(UnitCluster cluster, string path, Func<JsonNode, bool> isSo, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < s_patience)
        {
            if (isSo(await cluster.GetAsync(path)))
                return;
            await Task.Delay(s_pause);
        }

        throw new TimeoutException($"{what}: not within {s_patience}");
    }

    // What was begun is written down before the rest begins.
    private static async Task UntilQuietAsync(UnitCluster cluster)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Stopwatch quiet = Stopwatch.StartNew();
        double before = 0;
        while (quiet.Elapsed < s_quiet)
        {
            double now = await cluster.Machines.SumAsync("corenode_raft_last_index");
            if (now != before)
                quiet.Restart();
            before = now;
            if (watch.Elapsed > s_patience)
                throw new TimeoutException($"the log grows for {s_patience} after all units run");
            await Task.Delay(s_pause);
        }
    }

    private static Figure One(string name, string unit, Target target, double value) =>
        new($"100 machines, 1000 units at rest: {name}", unit, target, [(double.NaN, value)]);
}
