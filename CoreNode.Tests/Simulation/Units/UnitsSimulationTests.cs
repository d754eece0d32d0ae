using System.Diagnostics;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// Engine, leases, agents and guards of whole clusters under seeds; CORENODE_SIM_SEEDS and CORENODE_SIM_FIRST_SEED as
/// for the store's simulation; see docs/testing.md.
/// </summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class UnitsSimulationTests
{
    private const ulong Seeds = 200;

    [Test]
    public void Units_run_where_they_are_to_be_and_singletons_never_twice()
    {
        ulong first = Simulation.Number(Simulation.FirstSeedVariable, 1);
        ulong count = Simulation.Number(Simulation.SeedsVariable, Seeds);
        List<UnitsResult> results = [];
        UnitsTally tally = new();
        long start = Stopwatch.GetTimestamp();
        for (ulong seed = first; seed < first + count; seed++)
        {
            UnitsResult result = UnitsSimulation.Run(seed);
            results.Add(result);
            tally.Add(result.Tally);
        }

        TestContext.Out.WriteLine(
            $"{count} seeds in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: "
            + $"{results.Sum(static r => r.Faults)} "
            + $"faults, {results.Sum(static r => r.Elections)} elections, {results.Sum(static r => r.Begun)} units "
            + $"begun, "
            + $"{results.Sum(static r => r.Stops)} stopped, {results.Sum(static r => r.Writes)} writes, "
            + $"{results.Sum(static r => r.Events)} events");
        TestContext.Out.WriteLine(tally);
        Assert.That(results.Sum(static r => r.Begun), Is.GreaterThan((int)count * 4), "units ran");
        if (count >= Seeds)
            Assert.That(tally.Missing(), Is.Empty, "what never happened was not tested");
    }

    [Test]
    public void The_same_seed_does_the_same_twice()
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            Assert.That(
                UnitsSimulation.Run(seed).TraceHash, Is.EqualTo(UnitsSimulation.Run(seed).TraceHash), $"seed {seed}");
        }
    }

    [TestCase(UnitsBug.GuardSleeps, "two copies")]
    [TestCase(UnitsBug.EvictsAtOnce, "loses what it has though its lease")]
    [TestCase(UnitsBug.WritesLate, "have a claim on the singleton")]
    [TestCase(UnitsBug.StartsLate, "after its lease")]
    [TestCase(UnitsBug.CountsTooLong, "two copies")]
    [TestCase(UnitsBug.LosesEvents, "long after the last fault")]
    [TestCase(UnitsBug.WritesAtRest, "at rest")]
    [TestCase(UnitsBug.StopsAtStart, "which is to run there")]
    [TestCase(UnitsBug.RemovesLate, "machines are registered")]
    [TestCase(UnitsBug.RemovesOthers, "announces")]
    [TestCase(UnitsBug.SeesNoSickness, "where it does not run well")]
    [TestCase(UnitsBug.BelievesOldNews, "loses what it has though its lease")]
    [TestCase(UnitsBug.MissesNoGuard, "two copies")]
    public void A_planted_bug_is_found(UnitsBug bug, string sign)
    {
        string other = "";
        for (ulong seed = 1; seed <= 2 * Seeds; seed++)
        {
            AssertionException? found = null;
            try
            {
                UnitsSimulation.Run(seed, bug);
            }
            catch (AssertionException e)
            {
                found = e;
            }

            if (found?.Message.Contains(sign, StringComparison.Ordinal) == true)
            {
                TestContext.Out.WriteLine($"{bug}: found by seed {seed}");
                Assert.That(
                    found.Message, Does.StartWith($"SIM FAILED seed={seed} -> CORENODE_SIM_FIRST_SEED={seed} "));
                return;
            }

            other = found?.Message.Split('\n')[2] ?? other;
        }

        Assert.Fail($"{bug} was not found as what it is; {other}");
    }
}
