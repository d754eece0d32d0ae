using System.Diagnostics;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// Whole clusters under seeds. CORENODE_SIM_SEEDS=N runs N seeds in place of the default, from CORENODE_SIM_FIRST_SEED
/// on; see docs/testing.md.
/// </summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class SimulationTests
{
    private const ulong Seeds = 500;
    private const int LeastFaults = 5;

    // All of these happen nine times at least in the default run; what is rarer is only reported.
    private static readonly string[] s_rarePaths =
    [
        "cluster.hung-disk-step-down", "cluster.learner-promoted", "cluster.member-stops",
        "cluster.slow-disk-transfer", "cluster.snapshot-installed", "raft.election-lost", "raft.joint-left",
        "raft.leader-removed", "raft.quorum-lost", "raft.snapshot-restored", "raft.transfer-after-catch-up",
        "simulation.leader-found", "simulation.stream-broken", "simulation.watch-begins-anew", "wal.tail-replaced",
        "wal.torn-tail",
    ];

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
        Assert.That(
            results.Sum(static r => r.Succeeded), Is.GreaterThan(results.Sum(static r => r.Operations) / 4),
            "the faults leave room for work");
#if DEBUG
        foreach (string line in ProbeReport.Lines())
            TestContext.Out.WriteLine(line);
        if (count >= Seeds)
            Assert.That(CoreNode.Foundation.Probe.Hits.Keys, Is.SupersetOf(s_rarePaths), "rare paths are reached");
#endif
    }

    [Test]
    public void The_same_seed_does_the_same_twice()
    {
        for (ulong seed = 1; seed <= 3; seed++)
            Assert.That(Simulation.Run(seed).TraceHash, Is.EqualTo(Simulation.Run(seed).TraceHash), $"seed {seed}");
        Assert.That(Simulation.Run(1).TraceHash, Is.Not.EqualTo(Simulation.Run(2).TraceHash));
    }

    // What was found once; each of these failed before it was repaired.
    [TestCase(1UL, "forwarded batches whose numbers wrapped around; a list walked while it was compacted")]
    [TestCase(19UL, "a member that joined forgot those who feed it")]
    [TestCase(97UL, "a member that joined asked one that lagged")]
    [TestCase(11397UL, "a slow disk barred the only voter from elections for good")]
    public void Seeds_that_found_something_once(ulong seed, string what) =>
        Assert.That(Simulation.Run(seed).Succeeded, Is.GreaterThan(0), what);

    [Test]
    public void A_failed_seed_says_how_to_run_it_again()
    {
        AssertionException? failed =
            Assert.Throws<AssertionException>(static () => Simulation.Run(1, PlantedBug.LosesEvents));
        Assert.That(failed!.Message, Does.StartWith("SIM FAILED seed=1 -> CORENODE_SIM_FIRST_SEED=1 "
            + "CORENODE_SIM_SEEDS=1 dotnet test CoreNode.Tests --filter FullyQualifiedName~SimulationTests\n"));
        Assert.That(failed.Message, Does.Contain("not told of").And.Contain("FAULT"), "what is wrong, and the trace");
    }
}
