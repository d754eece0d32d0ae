using System.Globalization;
using CoreNode.Tests.Units.Engine;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// What the engine decides and writes, in this process on the real key state machine without a log: its share of the
/// time that starting many units takes. The figures are of the runtime that tests run in, not of the native executable.
/// There is nothing of etcd to compare.
/// </summary>
internal static class EngineRows
{
    public static Task<IReadOnlyList<Figure>> PlaceAsync(BenchmarkOptions options)
    {
        List<(double, double)> batch = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            EngineWorld world = new() { IsChecked = false };
            for (int i = 0; i < 100; i++)
                world.AddMachine(string.Create(CultureInfo.InvariantCulture, $"m{i:000}"));
            Submit(world, 0, 1000);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            int writes = world.Plan();
            batch.Add((double.NaN, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds));
            Assert.That(writes, Is.EqualTo(2000));
        }

        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new(
                "1,000 units placed on 100 machines and written, processor time", "ms", new Target.AtMost(500), batch),
        ]);
    }

    private static void Submit(EngineWorld world, int first, int count)
    {
        for (int i = first; i < first + count; i++)
            world.Launch(string.Create(CultureInfo.InvariantCulture, $"u{i:00000}.service"));
    }
}
