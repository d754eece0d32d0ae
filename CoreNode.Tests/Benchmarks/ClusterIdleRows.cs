using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Benchmarks;

/// <summary>What three members cost while nobody asks for anything.</summary>
internal static class ClusterIdleRows
{
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Figure>> IdleAsync(BenchmarkOptions options)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync();
        await Task.Delay(s_settleTime);
        (Sample Etcd, Sample Node) before = (new Sample(pair.Etcd), new Sample(pair.Node));
        await Task.Delay(s_time);
        (Sample Etcd, Sample Node) after = (new Sample(pair.Etcd), new Sample(pair.Node));
        Figure Of(string name, string unit, Target target, Func<Sample, Sample, double> figure) =>
            new($"3 members, idle: {name}", unit, target,
                [(figure(before.Etcd, after.Etcd), figure(before.Node, after.Node))]);
        return
        [
            Of("processor of the busiest member", "% of a core", new Target.AtMost(0.5), BusiestShare),
            Of("log entries in 10 s", "", new Target.AtMost(0), (b, a) => a.Entries - b.Entries),
            Of("log bytes in 10 s", "", new Target.AtMost(0), (b, a) => a.LogBytes - b.LogBytes),
            Of("fsyncs of the log in 10 s", "", new Target.AtMost(0), (b, a) => a.Syncs - b.Syncs),
        ];
    }

    private static double BusiestShare(Sample before, Sample after) =>
        before.Times.Zip(after.Times, (b, a) => (a - b) / s_time).Max() * 100;

    private sealed class Sample(ClusterProcesses cluster)
    {
        public TimeSpan[] Times { get; } = [.. cluster.Pids.Select(ProcessMeter.ProcessorTime)];

        public double Entries { get; } = ClusterFigures.Applied(cluster);

        public double LogBytes { get; } = ClusterFigures.LogBytes(cluster);

        public double Syncs { get; } = ClusterFigures.Syncs(cluster);
    }
}
