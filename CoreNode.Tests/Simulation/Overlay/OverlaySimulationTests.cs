using System.Diagnostics;
using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>
/// Machines with leases in one network for days, under seeds; CORENODE_SIM_SEEDS and CORENODE_SIM_FIRST_SEED as for the
/// other simulations; see docs/testing.md.
/// </summary>
[TestFixture, Category("Simulation"), Parallelizable(ParallelScope.All)]
internal sealed class OverlaySimulationTests
{
    private const ulong Seeds = 40;

    private static readonly string[] s_expected =
    [
        .. OverlayFaults.All.Select(static what => $"fault: {what}"), "an answer is lost", "configuration changed",
    ];

    [Test]
    public void Every_machine_keeps_a_subnet_of_its_own_and_reaches_the_others()
    {
        ulong first = Simulation.Number(Simulation.FirstSeedVariable, 1);
        ulong count = Simulation.Number(Simulation.SeedsVariable, Seeds);
        UnitsTally tally = new();
        long start = Stopwatch.GetTimestamp();
        int reached = 0;
        long events = 0;
        for (ulong seed = first; seed < first + count; seed++)
        {
            OverlayResult result = OverlaySimulation.Run(seed);
            tally.Add(result.Tally);
            reached += result.Checked;
            events += result.Events;
        }

        TestContext.Out.WriteLine(
            $"{count} seeds in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: {reached} times a machine had a "
            + $"new lease in its kernel within 500 ms, {events} events");
        TestContext.Out.WriteLine(tally);
        Assert.That(reached, Is.GreaterThan((int)count));
        if (count >= Seeds)
            Assert.That(tally.Without(s_expected), Is.Empty, "what never happened was not tested");
    }

    [Test]
    public void The_same_seed_does_the_same_twice() =>
        Assert.That(OverlaySimulation.Run(3).TraceHash, Is.EqualTo(OverlaySimulation.Run(3).TraceHash));

    [Test]
    public void Five_hundred_machines_join_within_a_second_and_all_reach_all()
    {
        OverlayResult result = OverlaySimulation.Run(new OverlayPlan(1, OverlayBug.None)
        {
            Machines = 500,
            Joining = OverlayPlan.Second,
            Faults = 0,
            Turmoil = 20 * OverlayPlan.Second,
            Peace = 10 * OverlayPlan.Second,
        });
        TestContext.Out.WriteLine($"at most {result.MostBatches} batches a kernel, {result.Events} events");
        Assert.That(result.MostBatches, Is.LessThan(100));
    }

    [TestCase(1UL)]
    [TestCase(2UL)]
    public void Of_a_hundred_living_machines_no_two_have_one_subnet_and_no_way_vanishes_at_any_moment(ulong seed)
    {
        OverlayResult result = OverlaySimulation.Run(OverlayPlan.Strict(seed, 100));
        TestContext.Out.WriteLine($"{result.Events} events\n{result.Tally}");
        Assert.That(
            result.Tally.Without(["fault: crashed", "fault: cut", "fault: killed", "fault: store away"]), Is.Empty);
    }

    [TestCase(OverlayBug.WritesBlindly, " while machine-")]
    [TestCase(OverlayBug.EmptiesWhenAway, "takes away")]
    public void A_bug_that_shows_for_a_moment_is_found(OverlayBug bug, string sign)
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            AssertionException? found = null;
            try
            {
                OverlaySimulation.Run(OverlayPlan.Strict(seed, 20, bug) with { IgnoresWrites = true });
            }
            catch (AssertionException fault)
            {
                found = fault;
            }

            if (found?.Message.Contains(sign, StringComparison.Ordinal) == true)
            {
                TestContext.Out.WriteLine($"{bug}: found by seed {seed}");
                return;
            }
        }

        Assert.Fail($"{bug} was not found");
    }

    [TestCase(OverlayBug.WritesBlindly, "writes over the lease of")]
    [TestCase(OverlayBug.HidesLosses, " both have ")]
    [TestCase(OverlayBug.EmptiesWhenAway, "while the store is away")]
    [TestCase(OverlayBug.ForgetsRenewal, "lets its lease")]
    [TestCase(OverlayBug.MissesChanges, "does not reach")]
    public void A_planted_bug_is_found(OverlayBug bug, string sign)
    {
        string other = "";
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                OverlaySimulation.Run(seed, bug);
            }
            catch (AssertionException found)
            {
                if (found.Message.Contains(sign, StringComparison.Ordinal))
                {
                    TestContext.Out.WriteLine($"{bug}: found by seed {seed}");
                    return;
                }

                other = found.Message.Split('\n')[2];
            }
        }

        Assert.Fail($"{bug} was not found as what it is; {other}");
    }
}
