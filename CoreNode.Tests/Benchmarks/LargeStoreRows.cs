using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A million keys: memory, stalls while they are written and snapshots are taken, restart after kill -9.
/// </summary>
internal static class LargeStoreRows
{
    private const int Connections = 128;
    private const int CheckedKeys = 1000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Figure>> FillAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        // One after the other, not interleaved: a gigabyte of the one would stand in the way of the other.
        Outcome etcd = await MeasureAsync(pair.Etcd, "etcd_debugging_snap_save_total_duration_seconds_count", options);
        await pair.Etcd.KillAsync();
        Outcome node = await MeasureAsync(pair.Node, "corenode_snapshots_total", options);
        string keys = options.FillKeys == 1_000_000 ? "1 M keys" : $"{options.FillKeys:N0} keys";
        Figure Of(string name, string unit, Target target, Func<Outcome, double> figure) =>
            new($"{keys}: {name}", unit, target, [(figure(etcd), figure(node))]);
        return
        [
            Of("resident memory", "MB", new Target.AtMost(400), o => o.ResidentMegabytes),
            Of("most resident memory while filling", "MB", Target.None, o => o.PeakMegabytes),
            Of("longest stall of a writer, 128 connections", "ms", new Target.AtMost(50),
                o => o.Fill.LongestMilliseconds),
            Of("p99.9 of a writer", "ms", Target.None, o => o.Fill.LatencyMilliseconds(0.999)),
            Of("snapshots completed meanwhile", "", Target.None, o => o.Snapshots),
            Of("time to fill", "s", Target.None, o => o.Fill.Elapsed.TotalSeconds),
            Of("restart after kill -9, cold cache", "s", new Target.AtMost(2), o => o.RestartSeconds),
            Of("resident memory after restart", "MB", Target.None, o => o.RestartedMegabytes),
        ];
    }

    private static async Task<Outcome> MeasureAsync(
        ServerProcess server, string snapshotMetric, BenchmarkOptions options)
    {
        Uri url = server.Place.ClientUrl;
        double snapshots = Metrics.Read(url, snapshotMetric);
        LoadResult fill;
        using (LoadGenerator load = new(url, Connections))
            fill = load.RunCount(options.FillKeys, RequestTemplate.Put(url, RequestTemplate.KeysInOrder()), server.Pid);
        snapshots = Metrics.Read(url, snapshotMetric) - snapshots;
        await Task.Delay(Rest);
        double resident = ProcessMeter.ResidentMegabytes(server.Pid);
        double peak = ProcessMeter.PeakMegabytes(server.Pid);

        await server.KillAsync();
        await ColdCache.MakeAsync();
        double restart = await StartRows.TimeToHealthAsync(server) / 1000;
        // A fast restart that lost keys would be none.
        using (LoadGenerator load = new(url, Connections))
        {
            Func<int> keys = RequestTemplate.RandomKeys(options.FillKeys);
            load.RunCount(CheckedKeys, RequestTemplate.Get(url, keys), server.Pid);
        }
        return new Outcome(
            fill, resident, peak, snapshots, restart, ProcessMeter.ResidentMegabytes(server.Pid));
    }

    private sealed record Outcome(
        LoadResult Fill,
        double ResidentMegabytes,
        double PeakMegabytes,
        double Snapshots,
        double RestartSeconds,
        double RestartedMegabytes);
}
