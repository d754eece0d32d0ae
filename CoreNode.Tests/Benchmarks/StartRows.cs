using System.Diagnostics;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>What a server costs before anybody uses it.</summary>
internal static class StartRows
{
    private const int Starts = 20;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> IdleAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        await Task.Delay(IdleTime);
        TimeSpan[] before = [ProcessMeter.ProcessorTime(pair.Etcd.Pid), ProcessMeter.ProcessorTime(pair.Node.Pid)];
        await Task.Delay(IdleTime);
        double Share(ServerProcess server, TimeSpan start) =>
            (ProcessMeter.ProcessorTime(server.Pid) - start).TotalSeconds / IdleTime.TotalSeconds * 100;
        return
        [
            new Figure("memory when idle", "MB", new Target.AtMost(35),
                pair.InTurn(1, server => ProcessMeter.ResidentMegabytes(server.Pid))),
            new Figure("processor when idle", "% of a core", Target.None,
                [(Share(pair.Etcd, before[0]), Share(pair.Node, before[1]))]),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> StartAsync(BenchmarkOptions options)
    {
        await using ServerPair pair = await ServerPair.StartAsync();
        List<(double, double)> starts = [];
        for (int i = 0; i < Starts; i++)
            starts.Add((await FreshStartAsync(pair.Etcd), await FreshStartAsync(pair.Node)));
        return [new Figure("start to serving, new data folder", "ms", new Target.AtMost(80), starts)];
    }

    public static Task<IReadOnlyList<Figure>> SizeAsync(BenchmarkOptions options)
    {
        double Size(string path) => new FileInfo(path).Length / 1e6;
        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new Figure("executable", "MB", new Target.AtMost(20),
                [(Size(TestPrograms.Etcd()), Size(TestPrograms.Corenode()))]),
        ]);
    }

    /// <summary>Milliseconds from the start of the process until /health says true.</summary>
    public static async Task<double> TimeToHealthAsync(ServerProcess server)
    {
        long started = Stopwatch.GetTimestamp();
        server.Launch();
        while (!Metrics.IsHealthy(server.Place.ClientUrl))
        {
            if (Stopwatch.GetElapsedTime(started) > StartDeadline)
                throw new TimeoutException($"not serving after {StartDeadline}:\n{server.StandardError}");
            await Task.Delay(1);
        }
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<double> FreshStartAsync(ServerProcess server)
    {
        await server.KillAsync();
        Directory.Delete(server.DataFolder, recursive: true);
        return await TimeToHealthAsync(server);
    }
}
