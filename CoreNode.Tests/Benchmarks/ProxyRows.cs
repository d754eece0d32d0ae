using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// What a worker in front of three members adds: its own processor time, and latency beside that of the member that it
/// asks. etcd's own proxy stands beside it.
/// </summary>
internal static class ProxyRows
{
    private const int Keys = 10_000;
    private const int Connections = 64;
    private const int MostPasses = 5;

    public static async Task<IReadOnlyList<Figure>> AddedAsync(BenchmarkOptions options)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync();
        await pair.InTurnAsync(1, (_, leader) => ClusterThroughputRows.Fill(leader, Keys, Connections));
        await using ServerProcess etcd = await WorkerProcess.StartAsync(pair.Etcd, EtcdProcess.Command);
        await using ServerProcess node = await WorkerProcess.StartAsync(pair.Node, NodeProcess.Command);
        ServerProcess WorkerOf(ClusterProcesses cluster) => cluster == pair.Etcd ? etcd : node;
        List<Figure> figures = [];
        foreach ((string verb, Func<Uri, Func<int>, RequestTemplate> template) in new[]
        {
            ("GET", (Func<Uri, Func<int>, RequestTemplate>)RequestTemplate.Get), ("PUT", RequestTemplate.Put),
        })
        {
            List<(LoadResult Etcd, LoadResult Node)> many = await pair.InTurnAsync(
                Passes(options), (cluster, _) => Load(WorkerOf(cluster), template, options.PassTime, Connections));
            List<(double Etcd, double Node)> one = await pair.InTurnAsync(
                Passes(options),
                (cluster, leader) => Added(WorkerOf(cluster), leader, template, options.PassTime, 1));
            List<(double Etcd, double Node)> added = await pair.InTurnAsync(
                Passes(options),
                (cluster, leader) => Added(WorkerOf(cluster), leader, template, options.PassTime, Connections));
            figures.Add(Of($"processor time of the worker for a {verb}, 64 connections", "µs", new Target.AtMost(25),
                [.. many.Select(p => (p.Etcd.ServerMicroseconds, p.Node.ServerMicroseconds))]));
            figures.Add(Of($"{verb} rate, 64 connections", "1/s", new Target.Ahead(),
                [.. many.Select(p => (p.Etcd.RequestsPerSecond, p.Node.RequestsPerSecond))]));
            figures.Add(Of($"{verb} p50 added, 1 connection", "ms", new Target.AtMost(0.3), one));
            figures.Add(Of($"{verb} p50 added, 64 connections, all processors busy", "ms", Target.None, added));
        }

        return figures;
    }

    private static double Added(
        ServerProcess worker, ServerProcess leader, Func<Uri, Func<int>, RequestTemplate> template, TimeSpan time,
        int connections) =>
        Load(worker, template, time, connections).LatencyMilliseconds(0.5)
        - Load(leader, template, time, connections).LatencyMilliseconds(0.5);

    private static LoadResult Load(
        ServerProcess server, Func<Uri, Func<int>, RequestTemplate> template, TimeSpan time, int connections)
    {
        Uri url = server.Place.ClientUrl;
        using LoadGenerator load = new(url, connections);
        return load.RunFor(time, template(url, RequestTemplate.RandomKeys(Keys)), server.Pid);
    }

    private static Figure Of(string name, string unit, Target target, List<(double Etcd, double Node)> passes) =>
        new($"proxy: {name}", unit, target, passes);

    private static int Passes(BenchmarkOptions options) => Math.Min(options.Passes, MostPasses);
}
