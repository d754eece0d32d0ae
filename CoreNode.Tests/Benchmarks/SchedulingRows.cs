using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
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
        const int Losses = 100;
        List<(double, double)> passes = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            LargeCluster cluster = new(1000, 10_000, seed: (ulong)pass + 1);
            Scheduler scheduler = new();
            cluster.Tell(scheduler);
            scheduler.Decide();
            double slowest = 0;
            for (int i = 0; i < Losses; i++)
            {
                long start = Stopwatch.GetTimestamp();
                scheduler.RemoveMachine(LargeCluster.Id(7 * i));
                int moved = scheduler.Decide().Count;
                slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                Assert.That(moved, Is.GreaterThan(0), "the machine had units");
            }

            passes.Add((double.NaN, slowest));
        }

        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new(
                "one of 1,000 machines lost, 10,000 units: time of the decisions, the longest of 100 losses", "ms",
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
            (TimeSpan time, long bytes) = Once(machines, units, seed: (ulong)pass + 1);
            times.Add((double.NaN, time.TotalSeconds));
            memory.Add((double.NaN, bytes / 1e6));
        }

        string what = string.Create(
            CultureInfo.InvariantCulture, $"schedule {units:N0} units on {machines:N0} machines from nothing");
        Figure processor = new($"{what}: processor time", "s", new Target.AtMost(limit.TotalSeconds), times);
        if (!isMemoryAsked)
            return [processor];
        using Process self = Process.GetCurrentProcess();
        return
        [
            processor,
            new($"{what}: memory of the books", "MB", Target.None, memory),
            new(
                $"{what}: most resident memory of the whole process", "MB", new Target.AtMost(1000),
                [(double.NaN, self.PeakWorkingSet64 / 1e6)]),
        ];
    }

    // Apart, so that nothing of one pass is held while the next is measured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (TimeSpan Time, long Bytes) Once(int machines, int units, ulong seed)
    {
        LargeCluster cluster = new(machines, units, seed);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        TimeSpan start = Processor;
        Scheduler scheduler = new();
        cluster.Tell(scheduler);
        int placed = scheduler.Decide().Count;
        TimeSpan time = Processor - start;
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(placed, Is.GreaterThan(units * 9 / 10), "nearly all can be placed");
        GC.KeepAlive(scheduler);
        GC.KeepAlive(cluster);
        return (time, bytes);
    }
}
