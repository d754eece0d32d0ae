using System.Diagnostics;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>
/// Rollouts to whole fleets under seeds; CORENODE_SIM_SEEDS and CORENODE_SIM_FIRST_SEED as for the other simulations;
/// see docs/testing.md.
/// </summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class FleetSimulationTests
{
    private const ulong Seeds = 150;
    private const int Many = 100_000;

    [Test]
    public void Fleets_end_at_the_release_by_the_rules_of_their_policies()
    {
        (List<FleetResult> results, FleetTally tally) = RunAll(Simulation.Number(Simulation.SeedsVariable, Seeds), 0);
        Assert.That(results.Sum(static r => r.Grants), Is.GreaterThan(results.Sum(static r => r.Machines)));
        if (results.Count >= (int)Seeds)
            Assert.That(tally.Missing(FleetTally.Expected), Is.Empty, "what never happened was not tested");
    }

    [Test]
    public void A_hundred_thousand_machines_end_at_the_release()
    {
        ulong seeds = Math.Max(1, Simulation.Number(Simulation.SeedsVariable, Seeds) / Seeds);
        (List<FleetResult> results, FleetTally tally) = RunAll(seeds, Many);
        Assert.That(results.Sum(static r => r.Grants), Is.GreaterThan(Many));
        if (Simulation.Number(Simulation.FirstSeedVariable, 1) == 1)
            Assert.That(tally.Missing(FleetTally.ExpectedOfMany), Is.Empty, "what never happened was not tested");
    }

    [Test]
    public void The_same_seed_does_the_same_twice()
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            Assert.That(
                FleetSimulation.Run(seed).TraceHash, Is.EqualTo(FleetSimulation.Run(seed).TraceHash), $"seed {seed}");
        }
    }

    [TestCase(FleetBug.OneMoreAtATime, "are at work")]
    [TestCase(FleetBug.OneMoreInAPeriod, "others in")]
    [TestCase(FleetBug.NoWaves, "of the wave of")]
    [TestCase(FleetBug.WindowsInUtc, "outside of the windows")]
    [TestCase(FleetBug.NoStop, "nothing stops")]
    [TestCase(FleetBug.NoFloors, "the way is")]
    [TestCase(FleetBug.NobodyFirst, "goes first")]
    [TestCase(FleetBug.LateTimes, "and before that")]
    [TestCase(FleetBug.ForgetsAtRestart, "others in")]
    [TestCase(FleetBug.BelievesAnybody, "was granted nothing")]
    [TestCase(FleetBug.FallsAsleep, "not at the last release")]
    public void A_planted_bug_is_found(FleetBug bug, string sign)
    {
        string other = "";
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            AssertionException? found = null;
            try
            {
                FleetSimulation.Run(seed, bug);
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

    private static (List<FleetResult> Results, FleetTally Tally) RunAll(ulong count, int machines)
    {
        ulong first = Simulation.Number(Simulation.FirstSeedVariable, 1);
        List<FleetResult> results = [];
        FleetTally tally = new();
        long start = Stopwatch.GetTimestamp();
        for (ulong seed = first; seed < first + count; seed++)
        {
            FleetResult result = FleetSimulation.Run(seed, machines: machines);
            results.Add(result);
            tally.Add(result.Tally);
        }

        TestContext.Out.WriteLine(
            $"{count} seeds in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: "
            + $"{results.Sum(static r => (long)r.Machines)} machines, {results.Sum(static r => r.Checks)} checks, "
            + $"{results.Sum(static r => r.Grants)} grants, {results.Sum(static r => r.Time.TotalDays):F0} days");
        TestContext.Out.WriteLine(tally);
        return (results, tally);
    }
}
