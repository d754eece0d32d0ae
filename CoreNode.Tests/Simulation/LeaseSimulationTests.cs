namespace CoreNode.Tests.Simulation;

/// <summary>Machines' leases on whole simulated clusters.</summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class LeaseSimulationTests
{
    private const ulong FirstSeed = 1;
    private const ulong Seeds = 60;

    [Test]
    public void No_leader_calls_a_machine_gone_that_counts_on_its_lease()
    {
        int granted = 0;
        int extended = 0;
        int expired = 0;
        int present = 0;
        for (ulong seed = FirstSeed; seed < FirstSeed + Seeds; seed++)
        {
            SimulatedLeases leases = Run(seed, LeaseBug.None);
            granted += leases.Granted;
            extended += leases.Extended;
            expired += leases.Expired;
            present += leases.PresentNow;
        }

        TestContext.Out.WriteLine(
            $"{Seeds} seeds: {granted} renewals granted, {extended} went on without a leader, "
            + $"{expired} machines expired");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(granted, Is.GreaterThan(1000));
            Assert.That(extended, Is.GreaterThan(0), "the case is reached");
            Assert.That(expired, Is.GreaterThan(10), "the case is reached");
            Assert.That(present, Is.EqualTo(4 * (int)Seeds), "in peace every machine holds its lease again");
        }
    }

    [TestCase(LeaseBug.IgnoresGaps, 200)]
    [TestCase(LeaseBug.DoesNotWait, 10)]
    [TestCase(LeaseBug.BelievesOne, 100)]
    [TestCase(LeaseBug.CountsFromAnswer, 100)]
    public void A_planted_mistake_is_found(LeaseBug bug, int seeds)
    {
        for (ulong seed = FirstSeed; seed < FirstSeed + (ulong)seeds; seed++)
        {
            try
            {
                Run(seed, bug);
            }
            catch (AssertionException found)
            {
                TestContext.Out.WriteLine($"{bug}: found by seed {seed}: {found.Message}");
                Assert.That(found.Message, Does.Contain("counts on its lease"));
                return;
            }
        }

        Assert.Fail($"{bug} was not found by {seeds} seeds");
    }

    private static SimulatedLeases Run(ulong seed, LeaseBug bug)
    {
        SimulationPlan plan = SimulationPlan.Of(seed) with
        {
            Clients = 1,
            ClockDrift = 0.02,
            ChangesMembers = false,
        };
        SimulatedCluster cluster = new(plan);
        SimulatedLeases leases = new(cluster, bug);
        try
        {
            cluster.Run();
        }
        catch (AssertionException problem)
        {
            throw new AssertionException($"seed {seed}, {plan}: {problem.Message}");
        }

        return leases;
    }
}
