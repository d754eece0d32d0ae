using System.Diagnostics;
using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>
/// Store, units, updates and the lock together under seeds; CORENODE_SIM_SEEDS and CORENODE_SIM_FIRST_SEED as for the
/// other simulations; see docs/testing.md.
/// </summary>
[TestFixture, Category("Simulation")]
internal sealed class WholeSimulationTests
{
    private const ulong Seeds = 4;

    private const int MostFailures = 5;

    // A planted bug is found by then.
    private const ulong MostSeeds = 40;

    // From so many seeds on everything must have happened.
    private const ulong ManySeeds = 500;

    private static readonly string[] s_expected =
    [
        .. WholeFaults.Steps.Select(static step => $"the store's leader steps down at: {step}"),
        .. WholeFaults.Steps.Select(static step => $"the store's leader is killed at: {step}"),
        .. WholeFaults.Steps.Select(static step => $"a supervisor is killed at: {step}"),
        .. WholeFaults.Steps.Select(static step => $"a machine dies at: {step}"),
        "a machine is away for long", "a machine is away for a short time",
        "cluster: of 3 voters, max 1", "cluster: of 5 voters, max 1", "cluster: of 5 voters, max 2",
        "release: good", "release: broken", "a machine goes back", "a release is stopped", "leadership moves away",
        "the quorum needs a machine", "several machines restart at once",
    ];

    [Test]
    public void A_service_goes_on_while_all_machines_are_updated_whatever_dies()
    {
        ulong first = Simulation.Number(Simulation.FirstSeedVariable, 1);
        ulong count = Simulation.Number(Simulation.SeedsVariable, Seeds);
        List<WholeResult> results = [];
        List<string> failures = [];
        UnitsTally tally = new();
        long start = Stopwatch.GetTimestamp();
        for (ulong seed = first; seed < first + count && failures.Count < MostFailures; seed++)
        {
            try
            {
                WholeResult result = WholeSimulation.Run(seed);
                results.Add(result);
                tally.Add(result.Tally);
            }
            catch (AssertionException failure)
            {
                failures.Add(failure.Message);
            }
        }

        TestContext.Out.WriteLine(
            $"{count} seeds in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: "
            + $"{results.Sum(static r => r.Restarts)} restarts, {results.Sum(static r => r.Time.TotalHours):F1} hours, "
            + $"{results.Sum(static r => r.Events)} events");
        TestContext.Out.WriteLine(tally);
        Assert.That(failures, Is.Empty, string.Join("\n\n", failures));
        Assert.That(results.Sum(static r => r.Restarts), Is.GreaterThan((int)count * 3), "machines restarted");
        if (count >= ManySeeds)
            Assert.That(tally.Without(s_expected), Is.Empty, "what never happened was not tested");
    }

    [Test]
    public void The_same_seed_does_the_same_twice() => Assert.That(
        WholeSimulation.Run(1).TraceHash, Is.EqualTo(WholeSimulation.Run(1).TraceHash));

    [TestCase(WholeBug.ForgetsStop, "took a version that does not work")]
    [TestCase(WholeBug.NotesNothing, "took a version that does not work")]
    [TestCase(WholeBug.PassesGate, "took a version that does not work")]
    [TestCase(WholeBug.LeavesUnits, "restarts with")]
    [TestCase(WholeBug.TakesFirst, "replicas of")]
    public void A_planted_bug_is_found(WholeBug bug, string sign)
    {
        string other = "";
        for (ulong seed = 1; seed <= MostSeeds; seed++)
        {
            try
            {
                WholeSimulation.Run(seed, bug);
            }
            catch (AssertionException found) when (found.Message.Contains(sign, StringComparison.Ordinal))
            {
                TestContext.Out.WriteLine($"{bug}: found by seed {seed}");
                Assert.That(
                    found.Message, Does.StartWith($"SIM FAILED seed={seed} -> CORENODE_SIM_FIRST_SEED={seed} "));
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
