namespace CoreNode.Tests.Simulation;

/// <summary>
/// Tests of the tests: bugs that a store could have are brought about on purpose, and the simulation has to find each
/// within so many seeds. The sign says what finds it, so that a bug is not found by accident.
/// </summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class PlantedBugTests
{
    private const ulong FirstSeed = 1_000_000;

    [TestCase(PlantedBug.SkipsPersist, 10, "before it is durable")]
    [TestCase(PlantedBug.PromisesEarly, 10, "before it is durable")]
    [TestCase(PlantedBug.CountsStaleVote, 60, "leads")]
    [TestCase(PlantedBug.ReadsWithoutReadIndex, 20, "the history is Violated")]
    [TestCase(PlantedBug.ForgetsSnapshotIndex, 60, "")]
    [TestCase(PlantedBug.AcknowledgesEarly, 10, "the history is Violated")]
    [TestCase(PlantedBug.ForgetsVote, 10, "before it is durable")]
    [TestCase(PlantedBug.ForwardsTwice, 20, "the history is Violated")]
    [TestCase(PlantedBug.DamagesEntries, 20, "has another state")]
    [TestCase(PlantedBug.LosesEvents, 10, "not told of")]
    public void A_planted_bug_is_found(PlantedBug bug, int seeds, string sign)
    {
        (ulong seed, string what) = Find(bug, (ulong)seeds, sign, trustsMembers: false);
        TestContext.Out.WriteLine($"{bug}: found by seed {seed}: {what}");
        Assert.That(what, Does.Contain(sign), $"{bug} is found for what it is");
    }

    [TestCase(PlantedBug.SkipsPersist, 40, "")]
    [TestCase(PlantedBug.PromisesEarly, 40, "")]
    [TestCase(PlantedBug.DamagesEntries, 40, "differs from that of the others")]
    public void A_planted_bug_is_found_by_what_comes_of_it(PlantedBug bug, int seeds, string sign)
    {
        (ulong seed, string what) = Find(bug, (ulong)seeds, sign, trustsMembers: true);
        TestContext.Out.WriteLine($"{bug}: found by seed {seed}: {what}");
        Assert.That(what, Does.Contain(sign));
    }

    private static (ulong Seed, string What) Find(
        PlantedBug bug, ulong seeds, string sign, bool trustsMembers)
    {
        string other = "";
        for (ulong seed = FirstSeed; seed < FirstSeed + seeds; seed++)
        {
            SimulationPlan plan = SimulationPlan.Of(seed, bug) with { TrustsMembers = trustsMembers };

            // A vote can only come after its term has ended where messages take as long as elections do. Some of the
            // usual plans have such times, too, but it takes a hundred of them to meet one.
            if (bug == PlantedBug.CountsStaleVote)
                plan = plan with { Jitter = 3 * plan.Election.Ticks * 100 };
            try
            {
                new SimulatedCluster(plan).Run();
            }
            catch (Exception found)
            {
                // It may show as something else first: where messages are late, no request succeeds for long.
                if (found.Message.Contains(sign, StringComparison.Ordinal))
                    return (seed, $"{found.GetType().Name}: {found.Message}");
                other = found.Message;
            }
        }

        throw new AssertionException($"{bug} was not found by {seeds} seeds from {FirstSeed} on {other}");
    }
}
