using System.Buffers;
using System.Globalization;
using CoreNode.Cluster.Leases;
using CoreNode.Kv;
using CoreNode.Store;
using CoreNode.Tests.Units.Scheduling;
using CoreNode.Units.Engine;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// What grows with machines and units, at 10,000 machines and 100,000 units (docs/scale.md): the leases of a leader,
/// the registry in the store and in the engine's memory, one plan. In this process, without a network.
/// </summary>
internal static class UnitsScaleRows
{
    private const int MachineCount = 10_000;
    private const int UnitCount = 100_000;

    private static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    public static Task<IReadOnlyList<Figure>> AllAsync(BenchmarkOptions options)
    {
        List<Figure> figures = [Leases(options)];
        figures.AddRange(Registry(1000, 10_000));
        figures.AddRange(Registry(MachineCount, UnitCount));
        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    // A lease of ten seconds is renewed every 2.5 s.
    private static Figure Leases(BenchmarkOptions options)
    {
        List<(double, double)> passes = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            TimeSpan lease = TimeSpan.FromSeconds(10);
            LeaseTable table = new(lease, TimeSpan.FromSeconds(0.75), lease);
            TimeSpan now = TimeSpan.FromSeconds(100);
            TimeSpan start = Processor;
            for (int second = 0; second < 10; second++)
            {
                for (int contact = 0; contact < 10; contact++)
                {
                    now += TimeSpan.FromSeconds(0.1);
                    table.Contact(now, now);
                    for (int i = 0; i < MachineCount / 25; i++)
                    {
                        int machine = (((second * 10) + contact) * (MachineCount / 25) + i) % MachineCount;
                        table.Enter(new LeaseRenewal(LargeCluster.Id(machine), 1, lease), 0, now, now);
                    }
                }

                table.NextEnd(now);
            }

            passes.Add((double.NaN, (Processor - start).TotalSeconds * 10));
        }

        return new(
            "leases of 10,000 machines: processor time of the leader's table, % of a core", "", Target.None, passes);
    }

    private static List<Figure> Registry(int machines, int units)
    {
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        LargeRegistry registry = new(machines, units);
        double applied = (GC.GetTotalMemory(forceFullCollection: true) - heap) / 1e6;
        double first = registry.Plan(out EnginePlan plan);
        registry.Write(plan);
        Assert.That(registry.Registry.ScheduleByUnit, Has.Count.GreaterThan(units * 9 / 10), "nearly all are placed");
        double seen = registry.Plan(out plan);
        Assert.That(plan.Writes, Is.Empty, "at rest nothing is written");
        ArrayBufferWriter<byte> file = new(160 << 20);
        SnapshotWriter writer = new(registry.Store.Capture(), default);
        while (writer.WriteChunk(file))
        {
        }

        string what = string.Create(CultureInfo.InvariantCulture, $"{machines:N0} machines, {units:N0} units: ");
        List<Figure> figures =
        [
            One(what + "memory of store and registry before placing", "MB", applied),
            One(what + "keys of the store", "", registry.Store.Index.Value),
            One(what + "snapshot of the store", "MB", file.WrittenCount / 1e6),
            One(what + "processor time of the plan that places them all", "s", first / 1000),
            One(what + "processor time of the plan that sees all of it written", "ms", seen),
        ];
        figures.AddRange(PlanRows.AfterChanges(registry, what, Target.None));
        return figures;
    }

    private static Figure One(string name, string unit, double value) =>
        new(name, unit, Target.None, [(double.NaN, value)]);
}
