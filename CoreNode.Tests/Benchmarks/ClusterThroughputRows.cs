using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>PUT and quorum GET on three members: processor time of all three together, rate, latency.</summary>
internal static class ClusterThroughputRows
{
    private const int Keys = 10_000;
    private const int Connections = 64;
    private const int MostPasses = 3;

    public static async Task<IReadOnlyList<Figure>> PutAsync(BenchmarkOptions options)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync();
        List<(LoadResult Etcd, LoadResult Node)> passes = await pair.InTurnAsync(
            Passes(options), (cluster, leader) => Load(cluster, [leader], RequestTemplate.Put, options.PassTime));
        return
        [
            Of("processor time of a PUT over all, 64 connections to the leader", "µs", new Target.Share(0.5), passes,
                r => r.ServerMicroseconds),
            Of("PUT rate, 64 connections to the leader", "1/s", new Target.Times(1.8), passes,
                r => r.RequestsPerSecond),
            Of("PUT p99, 64 connections to the leader", "ms", Target.None, passes, r => r.LatencyMilliseconds(0.99)),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> LatencyAsync(BenchmarkOptions options)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync();
        List<(LoadResult Etcd, LoadResult Node)> passes = await pair.InTurnAsync(
            Passes(options),
            (cluster, leader) => Load(cluster, [leader], RequestTemplate.Put, options.PassTime, connections: 1));
        return
        [
            Of("PUT p50, 1 connection to the leader", "ms", new Target.Share(0.8), passes,
                r => r.LatencyMilliseconds(0.5)),
            Of("PUT p99, 1 connection to the leader", "ms", Target.None, passes, r => r.LatencyMilliseconds(0.99)),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> QuorumGetAsync(BenchmarkOptions options)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync();
        await pair.InTurnAsync(1, (_, leader) => Fill(leader, Keys, Connections));
        List<(LoadResult Etcd, LoadResult Node)> all = await pair.InTurnAsync(
            Passes(options),
            (cluster, _) => Load(cluster, cluster.Members, RequestTemplate.QuorumGet, options.PassTime));
        List<(LoadResult Etcd, LoadResult Node)> leader = await pair.InTurnAsync(
            Passes(options),
            (cluster, leader) => Load(cluster, [leader], RequestTemplate.QuorumGet, options.PassTime));
        return
        [
            Of("quorum GET rate, 64 connections over all", "1/s", new Target.Times(2), all, r => r.RequestsPerSecond),
            Of("processor time of a quorum GET over all, 64 connections over all", "µs", Target.None, all,
                r => r.ServerMicroseconds),
            Of("quorum GET rate, 64 connections to the leader", "1/s", new Target.Times(2), leader,
                r => r.RequestsPerSecond),
            Of("processor time of a quorum GET over all, 64 connections to the leader", "µs", Target.None, leader,
                r => r.ServerMicroseconds),
        ];
    }

    /// <summary>Load on some members; the processor time is that of all.</summary>
    public static LoadResult Load(
        ClusterProcesses cluster,
        IReadOnlyList<ServerProcess> asked,
        Func<Uri, Func<int>, RequestTemplate> template,
        TimeSpan time,
        int connections = Connections)
    {
        Uri[] urls = [.. asked.Select(m => m.Place.ClientUrl)];
        using LoadGenerator load = new(urls, connections);
        return load.RunFor(time, template(urls[0], RequestTemplate.RandomKeys(Keys)), [.. cluster.Pids]);
    }

    /// <summary>Writes so many keys once each.</summary>
    public static LoadResult Fill(ServerProcess leader, int keys, int connections)
    {
        Uri url = leader.Place.ClientUrl;
        using LoadGenerator load = new(url, connections);
        return load.RunCount(keys, RequestTemplate.Put(url, RequestTemplate.KeysInOrder()), leader.Pid);
    }

    /// <summary>A figure of three members.</summary>
    public static Figure Of(
        string name,
        string unit,
        Target target,
        List<(LoadResult Etcd, LoadResult Node)> passes,
        Func<LoadResult, double> figure) =>
        new($"3 members: {name}", unit, target, [.. passes.Select(p => (figure(p.Etcd), figure(p.Node)))]);

    private static int Passes(BenchmarkOptions options) => Math.Min(options.Passes, MostPasses);
}
