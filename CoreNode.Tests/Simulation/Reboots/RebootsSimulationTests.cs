using System.Diagnostics;
using System.Globalization;
using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>
/// Whole clusters restart machine by machine under seeds; CORENODE_SIM_SEEDS and CORENODE_SIM_FIRST_SEED as for the
/// other simulations; see docs/testing.md.
/// </summary>
[TestFixture, Category("Simulation")]
internal sealed class RebootsSimulationTests
{
    private const ulong Seeds = 300;

    private static readonly string[] s_expected =
    [
        .. RebootsFaults.Steps.Select(static step => $"the store loses its leader at: {step}"),
        .. RebootsFaults.Steps.Select(static step => $"a node is killed at: {step}"),
        .. RebootsFaults.Steps.Select(static step => $"a machine dies at: {step}"),
        .. ((string[])["lock", "cordon", "drain", "restart", "judge", "uncordon", "release"])
            .Select(static step => $"a machine is lost at: {step}"),
        .. Enum.GetNames<RebootsRelease>().Select(static release => $"release: {release}"),
        .. ((int[])[1, 2, 3, 5]).Select(static n => $"cluster: of {n} voters"),
        "cluster: with windows", "cluster: without windows", "cluster: max 1", "cluster: max 2",
        "a watch breaks", "a watch fails", "a watch loses history", "an answer is lost with its leader",
        "a write is done though its answer was lost", "leadership moves away", "a machine does not go down",
        "a machine goes back", "a machine never comes back", "a lock is given back by hand",
        "the quorum needs a machine", "an outage is looked at", "several machines restart at once",
    ];

    [Test]
    public void Machines_restart_one_after_the_other_whatever_dies()
    {
        ulong first = Simulation.Number(Simulation.FirstSeedVariable, 1);
        ulong count = Simulation.Number(Simulation.SeedsVariable, Seeds);
        List<RebootsResult> results = [];
        UnitsTally tally = new();
        long start = Stopwatch.GetTimestamp();
        for (ulong seed = first; seed < first + count; seed++)
        {
            RebootsResult result = RebootsSimulation.Run(seed);
            results.Add(result);
            tally.Add(result.Tally);
        }

        TestContext.Out.WriteLine(
            $"{count} seeds in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: "
            + $"{results.Sum(static r => r.Restarts)} restarts, {results.Sum(static r => r.Grants)} grants, "
            + $"{results.Sum(static r => r.Time.TotalHours):F0} hours, {results.Sum(static r => r.Events)} events");
        TestContext.Out.WriteLine(tally);
        Assert.That(results.Sum(static r => r.Restarts), Is.GreaterThan((int)count), "machines restarted");
        if (count >= Seeds)
            Assert.That(tally.Without(s_expected), Is.Empty, "what never happened was not tested");
    }

    [Test]
    public void The_same_seed_does_the_same_twice()
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            Assert.That(
                RebootsSimulation.Run(seed).TraceHash, Is.EqualTo(RebootsSimulation.Run(seed).TraceHash),
                $"seed {seed}");
        }
    }

    [Test]
    public void A_hundred_machines_take_hardly_longer_than_they_must()
    {
        RebootsPlan plan = RebootsPlan.Many();
        RebootsResult result = RebootsSimulation.Run(plan);
        TimeSpan ideal = plan.Machines / plan.Max * (plan.Drain + plan.Boot + plan.Settle);
        TimeSpan[] handOvers = [.. result.HandOvers.Order()];
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"100 machines, max 5: {result.Time.TotalSeconds:F1} s, ideal {ideal.TotalSeconds:F1} s, "
            + $"factor {result.Time / ideal:F3}; hand-over p50 {handOvers[handOvers.Length / 2].TotalMilliseconds:F0} "
            + $"ms, most {handOvers[^1].TotalMilliseconds:F0} ms; {result.Events} events"));
        Assert.Multiple(() =>
        {
            Assert.That(result.Restarts, Is.EqualTo(plan.Machines));
            Assert.That(result.Time / ideal, Is.LessThanOrEqualTo(1.05));
            Assert.That(handOvers[^1], Is.LessThanOrEqualTo(TimeSpan.FromSeconds(0.5)));
        });
    }

    [TestCase(RebootsBug.ForgetsWindow, "outside of its windows")]
    [TestCase(RebootsBug.OpensGate, "not healthy after its restart")]
    [TestCase(RebootsBug.UnlocksAtStart, "gives the lock back though")]
    [TestCase(RebootsBug.KeepsLock, "holds the lock and does not need it")]
    [TestCase(RebootsBug.SwapsBlindly, "without the lock")]
    [TestCase(RebootsBug.ForgetsQuorum, "and leaves")]
    [TestCase(RebootsBug.ForgetsState, "not over long after")]
    [TestCase(RebootsBug.LeavesUnits, "units on it")]
    public void A_planted_bug_is_found(RebootsBug bug, string sign)
    {
        string other = "";
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                RebootsSimulation.Run(seed, bug);
            }
            catch (AssertionException found)
            {
                if (found.Message.Contains(sign, StringComparison.Ordinal))
                {
                    TestContext.Out.WriteLine($"{bug}: found by seed {seed}");
                    Assert.That(
                        found.Message, Does.StartWith($"SIM FAILED seed={seed} -> CORENODE_SIM_FIRST_SEED={seed} "));
                    return;
                }

                other = found.Message.Split('\n')[2];
            }
        }

        Assert.Fail($"{bug} was not found as what it is; {other}");
    }
}
