using System.Diagnostics;
using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// Whole clusters under seeds. CORENODE_SIM_SEEDS=N runs N seeds in place of the default, from CORENODE_SIM_FIRST_SEED
/// on; see docs/testing.md.
/// </summary>
[TestFixture, Category("Simulation")]
internal sealed class SimulationTests
{
    private const ulong Seeds = 100;
    private const int LeastFaults = 5;

    [Test]
    public void Clusters_keep_their_promises_whatever_happens()
    {
        ulong first = Simulation.Number(Simulation.FirstSeedVariable, 1);
        ulong count = Simulation.Number(Simulation.SeedsVariable, Seeds);
        List<SimulationResult> results = [];
        long start = Stopwatch.GetTimestamp();
        for (ulong seed = first; seed < first + count; seed++)
        {
            SimulationResult result = Simulation.Run(seed);
            Assert.That(result.Faults, Is.GreaterThanOrEqualTo(LeastFaults), $"seed {seed}");
            Assert.That(result.End, Is.GreaterThanOrEqualTo(SimulationPlan.Turmoil), $"seed {seed}");
            results.Add(result);
        }

        TestContext.Out.WriteLine(
            $"{count} seeds in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: "
            + $"{results.Sum(static r => r.End) / SimulationPlan.Second} simulated seconds, "
            + $"{results.Sum(static r => r.Operations)} requests ({results.Sum(static r => r.Succeeded)} succeeded), "
            + $"{results.Sum(static r => r.Faults)} faults, {results.Sum(static r => r.Elections)} elections, "
            + $"{results.Sum(static r => r.MemberChanges)} changes of members, "
            + $"{results.Sum(static r => r.Events)} events");
#if DEBUG
        foreach ((string name, long hits) in Probe.Hits.OrderBy(static hit => hit.Key))
            TestContext.Out.WriteLine($"  {name} {hits}");
#endif
        Assert.That(
            results.Sum(static r => r.Succeeded), Is.GreaterThan(results.Sum(static r => r.Operations) / 4),
            "the faults leave room for work");
    }

    [Test]
    public void The_same_seed_does_the_same_twice()
    {
        for (ulong seed = 1; seed <= 3; seed++)
            Assert.That(Simulation.Run(seed).TraceHash, Is.EqualTo(Simulation.Run(seed).TraceHash), $"seed {seed}");
        Assert.That(Simulation.Run(1).TraceHash, Is.Not.EqualTo(Simulation.Run(2).TraceHash));
    }
}
