namespace CoreNode.Tests.Simulation;

/// <summary>
/// Tests of the tests: bugs that a store could have are brought about on purpose, and the simulation has to find each
/// within so many seeds. What finds it is part of the test, so that a bug is not found by accident.
/// </summary>
[TestFixture, Category("Simulation")]
internal sealed class PlantedBugTests
{
    private const ulong FirstSeed = 1_000_000;

    [TestCase(PlantedBug.SkipsPersist, 10, "before it is durable")]
    [TestCase(PlantedBug.PromisesEarly, 10, "before it is durable")]
    [TestCase(PlantedBug.CountsStaleVote, 150, "leads")]
    [TestCase(PlantedBug.ReadsWithoutReadIndex, 20, "the history is Violated")]
    [TestCase(PlantedBug.ForgetsSnapshotIndex, 60, "")]
    [TestCase(PlantedBug.AcknowledgesEarly, 10, "the history is Violated")]
    [TestCase(PlantedBug.ForgetsVote, 10, "before it is durable")]
    [TestCase(PlantedBug.ForwardsTwice, 20, "")]
    public void A_planted_bug_is_found(PlantedBug bug, int seeds, string sign)
    {
        (ulong seed, string what) = Find(bug, (ulong)seeds);
        TestContext.Out.WriteLine($"{bug}: found by seed {seed}: {what}");
        Assert.That(what, Does.Contain(sign), $"{bug} is found for what it is");
    }

    private static (ulong Seed, string What) Find(PlantedBug bug, ulong seeds)
    {
        for (ulong seed = FirstSeed; seed < FirstSeed + seeds; seed++)
        {
            try
            {
                new SimulatedCluster(SimulationPlan.Of(seed, bug)).Run();
            }
            catch (Exception found)
            {
                return (seed, $"{found.GetType().Name}: {found.Message}");
            }
        }

        throw new AssertionException($"{bug} was not found by {seeds} seeds from {FirstSeed} on");
    }
}
