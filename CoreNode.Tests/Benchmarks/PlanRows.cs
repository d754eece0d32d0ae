using System.Diagnostics;
using System.Globalization;
using CoreNode.Tests.Units.Scheduling;
using CoreNode.Units.Engine;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Whole plans of the engine: facts in, writes out, with the question for each machine's lease. Processor time in this
/// process, of the runtime that tests run in. There is nothing of etcd to compare.
/// </summary>
internal static class PlanRows
{
    private const int Times = 50;

    public static Task<IReadOnlyList<Figure>> SmallAsync(BenchmarkOptions options) =>
        Task.FromResult(FromNothing(options, 1000, 10_000, limit: 1, new Target.AtMost(50)));

    public static Task<IReadOnlyList<Figure>> LargeAsync(BenchmarkOptions options) =>
        Task.FromResult(FromNothing(options, 10_000, 100_000, limit: 15, Target.None));

    /// <summary>Plans at rest, after one change, and after the loss of a machine. Everything is placed.</summary>
    public static IReadOnlyList<Figure> AfterChanges(LargeRegistry registry, string what, Target loss)
    {
        registry.Plan(out _);
        double rest = 0;
        double change = 0;
        for (int i = 0; i < Times; i++)
        {
            rest += registry.Plan(out _) / Times;
            (string unit, var entries) = registry.Registry.ScheduleByUnit.ElementAt(i * 7);
            ScheduleEntry entry = entries.Values.First();
            UnitStates active = new("loaded", "active", "running");
            registry.Set(
                registry.Keys.UnitState(unit, entry.MachineId),
                RegistryValues.WriteState(new UnitStateRecord(unit, entry.MachineId, active, entry.Hash)));
            change += registry.Plan(out EnginePlan plan) / Times;
            Assert.That(plan.Writes, Is.Empty, "a state moves nothing");
        }

        List<double> losses = [];
        for (int i = 0; i < Times; i++)
        {
            registry.Lost.Add(LargeCluster.Id(7 * i));
            losses.Add(registry.Plan(out EnginePlan plan));
            Assert.That(plan.Writes, Is.Not.Empty, "what was on the lost machine moves");
            registry.Write(plan);
            registry.Plan(out plan);
            registry.Write(plan);
        }

        losses.Sort();
        return
        [
            One(what + "processor time of a plan at rest", "ms", rest),
            One(what + "processor time of a plan after one change", "ms", change),
            One(what + "processor time of the plan after a machine was lost", "ms", losses[Times / 2]),
            new(what + "the same, the longest of 50 losses", "ms", loss, [(double.NaN, losses[^1])]),
        ];
    }

    private static IReadOnlyList<Figure> FromNothing(
        BenchmarkOptions options, int machines, int units, double limit, Target loss)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"{machines:N0} machines, {units:N0} units: ");
        List<(double, double)> first = [];
        IReadOnlyList<Figure> others = [];
        long memory = 0;
        for (int pass = 0; pass < options.Passes; pass++)
        {
            LargeRegistry registry = new(machines, units);
            first.Add((double.NaN, registry.Plan(out EnginePlan plan) / 1000));
            Assert.That(plan.Figures.Scheduled, Is.GreaterThan(units * 9 / 10), "nearly all are placed");
            if (memory == 0)
            {
                using Process self = Process.GetCurrentProcess();
                memory = self.PeakWorkingSet64;
            }

            registry.Write(plan);
            others = AfterChanges(registry, what, loss);
        }

        return
        [
            new(what + "processor time of the plan from nothing", "s", new Target.AtMost(limit), first),
            new(
                what + "most resident memory of the whole process until then, with the store", "MB",
                new Target.AtMost(1000), [(double.NaN, memory / 1e6)]),
            .. others,
        ];
    }

    private static Figure One(string name, string unit, double value) =>
        new(name, unit, Target.None, [(double.NaN, value)]);
}
