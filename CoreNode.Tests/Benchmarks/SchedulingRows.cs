using System.Globalization;
using CoreNode.Tests.Units.Scheduling;
using CoreNode.Units.Scheduling;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Placing units, in this process: the time that the decisions take, and what the scheduler's books hold of memory. The
/// figures are of the runtime that tests run in, not of the native executable. There is nothing of etcd to compare.
/// </summary>
internal static class SchedulingRows
{
    private static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    public static Task<IReadOnlyList<Figure>> SmallAsync(BenchmarkOptions options) =>
        Task.FromResult(FromNothing(options, 1000, 10_000, TimeSpan.FromSeconds(1), isMemoryAsked: false));

    public static Task<IReadOnlyList<Figure>> LargeAsync(BenchmarkOptions options) =>
        Task.FromResult(FromNothing(options, 10_000, 100_000, TimeSpan.FromSeconds(15), isMemoryAsked: true));

    public static Task<IReadOnlyList<Figure>> MachineLostAsync(BenchmarkOptions options)
    {
        LargeCluster cluster = new(1000, 10_000, seed: 1);
        Scheduler scheduler = new();
        cluster.Tell(scheduler);
        scheduler.Decide();
        List<(double, double)> passes = [];
        for (int pass = 0; pass < Math.Max(options.Passes, 20); pass++)
        {
            string lost = LargeCluster.Id(37 * pass);
            TimeSpan start = Processor;
            scheduler.RemoveMachine(lost);
            int moved = scheduler.Decide().Count;
            passes.Add((double.NaN, (Processor - start).TotalMilliseconds));
            Assert.That(moved, Is.GreaterThan(0), "the machine had units");
        }

        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new(
                "one of 1,000 machines lost, 10,000 units: processor time of the decisions", "ms",
                new Target.AtMost(50), passes),
        ]);
    }

    private static IReadOnlyList<Figure> FromNothing(
        BenchmarkOptions options, int machines, int units, TimeSpan limit, bool isMemoryAsked)
    {
        List<(double, double)> times = [];
        List<(double, double)> memory = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            LargeCluster cluster = new(machines, units, seed: (ulong)pass + 1);
            long before = GC.GetTotalMemory(forceFullCollection: true);
            TimeSpan start = Processor;
            Scheduler scheduler = new();
            cluster.Tell(scheduler);
            int placed = scheduler.Decide().Count;
            times.Add((double.NaN, (Processor - start).TotalSeconds));
            memory.Add((double.NaN, (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6));
            Assert.That(placed, Is.GreaterThan(units * 9 / 10), "nearly all can be placed");
            GC.KeepAlive(scheduler);
            GC.KeepAlive(cluster);
        }

        string what = string.Create(
            CultureInfo.InvariantCulture, $"schedule {units:N0} units on {machines:N0} machines from nothing");
        Figure time = new($"{what}: processor time", "s", new Target.AtMost(limit.TotalSeconds), times);
        return isMemoryAsked ? [time, new($"{what}: memory kept", "MB", new Target.AtMost(1000), memory)] : [time];
    }
}
