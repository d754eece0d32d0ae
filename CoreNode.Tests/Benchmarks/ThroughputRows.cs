using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>PUT and GET under load: processor time, rate, latency, bytes of log.</summary>
internal static class ThroughputRows
{
    private const int Keys = 10_000;
    private const int Connections = 64;
    private const int WalRequests = 100_000;

    public static async Task<IReadOnlyList<Figure>> PutAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        List<(LoadResult Etcd, LoadResult Node)> passes = Load(pair, options, RequestTemplate.Put);
        return
        [
            Of("processor time of a PUT, 64 connections", "µs", new Target.Share(0.5), passes,
                r => r.ServerMicroseconds),
            Of("PUT rate, 64 connections", "1/s", new Target.Ahead(), passes, r => r.RequestsPerSecond),
            Of("PUT p99, 64 connections", "ms", Target.None, passes, r => r.LatencyMilliseconds(0.99)),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> GetAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        pair.InTurn(1, Fill);
        List<(LoadResult Etcd, LoadResult Node)> passes = Load(pair, options, RequestTemplate.Get);
        return
        [
            Of("processor time of a GET, 64 connections", "µs", new Target.Share(0.5), passes,
                r => r.ServerMicroseconds),
            Of("GET rate, 64 connections", "1/s", new Target.Ahead(), passes, r => r.RequestsPerSecond),
            Of("GET p99, 64 connections", "ms", Target.None, passes, r => r.LatencyMilliseconds(0.99)),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> LatencyAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        List<(LoadResult Etcd, LoadResult Node)> passes = pair.InTurn(options.Passes, server =>
        {
            using LoadGenerator load = new(server.Place.ClientUrl, connections: 1);
            RequestTemplate put = RequestTemplate.Put(server.Place.ClientUrl, RequestTemplate.RandomKeys(Keys));
            return load.RunFor(options.PassTime, put, server.Pid);
        });
        return
        [
            Of("PUT p50, 1 connection", "ms", new Target.Share(0.8), passes, r => r.LatencyMilliseconds(0.5)),
            Of("PUT p99, 1 connection", "ms", Target.None, passes, r => r.LatencyMilliseconds(0.99)),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> WalAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        List<(double, double)> bytes = pair.InTurn(1, server =>
        {
            using LoadGenerator load = new(server.Place.ClientUrl, Connections);
            RequestTemplate put = RequestTemplate.Put(server.Place.ClientUrl, RequestTemplate.RandomKeys(Keys));
            long before = WalBytes(pair, server);
            load.RunCount(WalRequests, put, server.Pid);
            return (WalBytes(pair, server) - before) / (double)WalRequests;
        });
        return [new Figure("log of a PUT, 64 connections", "bytes", new Target.AtMost(160), bytes)];
    }

    private static List<(LoadResult Etcd, LoadResult Node)> Load(
        ServerPair pair, BenchmarkOptions options, Func<Uri, Func<int>, RequestTemplate> template) =>
        pair.InTurn(options.Passes, server =>
        {
            using LoadGenerator load = new(server.Place.ClientUrl, Connections);
            RequestTemplate request = template(server.Place.ClientUrl, RequestTemplate.RandomKeys(Keys));
            return load.RunFor(options.PassTime, request, server.Pid);
        });

    private static LoadResult Fill(ServerProcess server)
    {
        using LoadGenerator load = new(server.Place.ClientUrl, Connections);
        RequestTemplate put = RequestTemplate.Put(server.Place.ClientUrl, RequestTemplate.KeysInOrder());
        return load.RunCount(Keys, put, server.Pid);
    }

    private static long WalBytes(ServerPair pair, ServerProcess server) =>
        server == pair.Etcd
            ? EtcdWal.WrittenBytes(server.DataFolder)
            : (long)Metrics.Read(server.Place.ClientUrl, "corenode_wal_written_bytes_total");

    private static Figure Of(
        string name,
        string unit,
        Target target,
        List<(LoadResult Etcd, LoadResult Node)> passes,
        Func<LoadResult, double> figure) =>
        new(name, unit, target, [.. passes.Select(p => (figure(p.Etcd), figure(p.Node)))]);
}
