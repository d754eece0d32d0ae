using System.Globalization;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// What a slower disk costs: every fsync and fdatasync of every member is held up on its way back by strace(1), which
/// holds up raw system calls (Go's) as well as libc's, and costs both servers the same.
/// </summary>
internal static class SlowDiskRows
{
    private static readonly int[] s_delays = [1, 5, 10];

    public static async Task<IReadOnlyList<Figure>> AddedDelayAsync(BenchmarkOptions options)
    {
        List<Figure> figures = [];
        foreach (int milliseconds in s_delays)
        {
            await using ClusterPair pair = await ClusterPair.StartAsync(command => Slowed(command, milliseconds));
            List<(Pass Etcd, Pass Node)> passes =
                await pair.InTurnAsync(2, (cluster, leader) => Measure(cluster, leader, options.PassTime));
            Figure Of(string name, string unit, Target target, Func<Pass, double> figure) =>
                new($"3 members, fsync + {milliseconds} ms: {name}", unit, target,
                    [.. passes.Select(p => (figure(p.Etcd), figure(p.Node)))]);
            figures.Add(Of("PUT rate, 64 connections", "1/s", new Target.Ahead(), p => p.Load.RequestsPerSecond));
            figures.Add(Of("PUT p50, 64 connections", "ms", Target.None, p => p.Load.LatencyMilliseconds(0.5)));
            figures.Add(Of("log syncs of a PUT over all", "", Target.None, p => p.Syncs / p.Load.Requests));
        }
        return figures;
    }

    // -D: strace is the child, so that the process that we started, stop and kill is the server.
    private static ServerCommand Slowed(ServerCommand command, int milliseconds) => command with
    {
        Program = TestPrograms.Strace,
        Arguments = place =>
        [
            "-D", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
            "-e", string.Create(
                CultureInfo.InvariantCulture, $"inject=fsync,fdatasync:delay_exit={milliseconds * 1000}"),
            "--", command.Program(), .. command.Arguments(place),
        ],
    };

    private static Pass Measure(ClusterProcesses cluster, ServerProcess leader, TimeSpan time)
    {
        double before = ClusterFigures.Syncs(cluster);
        LoadResult load = ClusterThroughputRows.Load(cluster, [leader], RequestTemplate.Put, time);
        return new Pass(load, ClusterFigures.Syncs(cluster) - before);
    }

    private sealed record Pass(LoadResult Load, double Syncs);
}
