namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// Drains and new content in whole clusters under seeds, without faults: nobody who reads the announced keys meets a
/// copy that does not serve. CORENODE_SIM_SEEDS and CORENODE_SIM_FIRST_SEED as for the other simulations.
/// </summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class CarefulSimulationTests
{
    private const ulong Seeds = 40;

    [Test]
    public void Replicas_never_serve_fewer_while_machines_are_drained_and_content_changes()
    {
        ulong first = Simulation.Number(Simulation.FirstSeedVariable, 1);
        ulong count = Simulation.Number(Simulation.SeedsVariable, Seeds);
        UnitsTally tally = new();
        for (ulong seed = first; seed < first + count; seed++)
            tally.Add(UnitsSimulation.Run(UnitsPlan.Careful(seed)).Tally);
        TestContext.Out.WriteLine(tally);
        if (count >= Seeds)
            Assert.That(
                tally.Without(
                    "careful: drain", "careful: new content", "engine: Revoked", "engine: ReplicaRolled",
                    "unit runs: tells", "unit runs: well"),
                Is.Empty, "what never happened was not tested");
    }

    [TestCase(UnitsBug.TakesFirst, "replicas of")]
    [TestCase(UnitsBug.StopsUntold, "right after clients were sent there")]
    [TestCase(UnitsBug.PraisesEarly, "replicas of")]
    [TestCase(UnitsBug.RollsAtOnce, "replicas of")]
    public void A_planted_bug_is_found(UnitsBug bug, string sign)
    {
        string other = "";
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                UnitsSimulation.Run(UnitsPlan.Careful(seed, bug));
            }
            catch (AssertionException found) when (found.Message.Contains(sign, StringComparison.Ordinal))
            {
                TestContext.Out.WriteLine($"{bug}: found by seed {seed}");
                return;
            }
            catch (AssertionException found)
            {
                other = found.Message.Split('\n')[2];
            }
        }

        Assert.Fail($"{bug} was not found as what it is; {other}");
    }
}
