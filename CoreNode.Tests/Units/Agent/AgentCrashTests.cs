using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

/// <summary>The agent's process ends after each single effect that it had, and another one takes over.</summary>
[TestFixture, Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class AgentCrashTests
{
    private const string Web = "web.service";
    private const string NewText = "[Service]\nExecStart=/bin/new\n[X-Fleet]\nAnnounce=/services/web.service new\n";
    private const string Text = "[Service]\nExecStart=/bin/web\n[X-Fleet]\nAnnounce=/services/web.service old\n";
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(30);

    private static readonly (string Name, bool IsNew, Action<AgentWorld> Ask, Action<AgentWorld> Check)[] s_cases =
    [
        ("start", true, static w => w.Put(Web, ScheduleState.Launched, Text), static w => AssertRuns(w, "old")),
        ("replace", false, static w => w.Put(Web, ScheduleState.Launched, NewText), static w => AssertRuns(w, "new")),
        ("stop", false, static w => w.Put(Web, ScheduleState.Loaded, Text), AssertStopped),
        ("remove", false, static w => w.Remove(Web), AssertGone),
        ("revoke", false, static w => w.Put(Web, ScheduleState.Revoked, Text), AssertGone),
        ("restart", false, static w => w.Put(Web, ScheduleState.Launched, Text, restart: 1), AssertRestarted),
        ("singleton", true, static w => w.Put(Web, ScheduleState.Launched, Text, isSingleton: true), AssertHasToken),
    ];

    private static IEnumerable<TestCaseData> Cases() =>
        s_cases.Select(c => new TestCaseData(c.IsNew, c.Ask, c.Check).SetArgDisplayNames(c.Name));

    [TestCaseSource(nameof(Cases))]
    public void Whatever_was_asked_for_is_done(bool isNew, Action<AgentWorld> ask, Action<AgentWorld> check)
    {
        int crashes = 0;
        for (int after = 0; after < 60; after++)
        {
            for (ulong seed = 0; seed < 4; seed++)
            {
                AgentWorld world = new(seed);
                world.Run(s_while);
                if (!isNew)
                    world.Put(Web, ScheduleState.Launched, Text);
                world.Run(s_while);
                ask(world);
                world.CrashAfter = after;
                world.RunThroughCrash(s_while);
                crashes += world.CrashAfter is null ? 1 : 0;
                check(world);
            }
        }

        Assert.That(crashes, Is.GreaterThan(4), "it does crash");
    }

    [Test]
    public void A_stop_asked_back_in_the_middle_ends_with_the_unit_running()
    {
        for (int after = 0; after < 30; after++)
        {
            AgentWorld world = new((ulong)after);
            world.Run(s_while);
            world.Put(Web, ScheduleState.Launched, Text);
            world.Run(s_while);
            world.Put(Web, ScheduleState.Loaded, Text);
            world.CrashAfter = after;
            try
            {
                world.Run(TimeSpan.FromMilliseconds(1));
                world.CrashAfter = null;
            }
            catch (WorldCrashException)
            {
                world.CrashAfter = null;
                world.Entries[Web] = world.Entries[Web] with { State = ScheduleState.Launched };
                world.RestartAgent();
            }

            world.Put(Web, ScheduleState.Launched, Text);
            world.Run(s_while);
            AssertRuns(world, "old");
        }
    }

    [Test]
    public void Destroyed_while_it_is_being_started_it_leaves_nothing_behind()
    {
        for (int after = 0; after < 30; after++)
        {
            for (ulong seed = 0; seed < 4; seed++)
            {
                AgentWorld world = new(seed);
                world.Run(s_while);
                world.Hanging.Add($"Start {Web}");
                world.Put(Web, ScheduleState.Launched, Text);
                world.Run(TimeSpan.FromSeconds(5));
                Assert.That(world.Manager[Web].Active, Is.Not.EqualTo("active"), "it is being started");
                world.Remove(Web);
                world.CrashAfter = after;
                world.RunThroughCrash(s_while);
                AssertGone(world);
            }
        }
    }

    // Wherever the agent is with taking it away for another machine: a new text, to run here, wins.
    [Test]
    public void Replaced_while_it_moves_away_it_runs_as_its_new_text_says()
    {
        for (int after = 0; after < 30; after++)
        {
            for (ulong seed = 0; seed < 4; seed++)
            {
                AgentWorld world = new(seed);
                world.Run(s_while);
                world.Put(Web, ScheduleState.Launched, Text);
                world.Run(s_while);
                world.Put(Web, ScheduleState.Revoked, Text);
                world.CrashAfter = after;
                try
                {
                    world.Run(TimeSpan.FromMilliseconds(1));
                }
                catch (WorldCrashException)
                {
                    // Here, with or without another process of the agent.
                    if (seed % 2 == 0)
                        world.RestartAgent();
                }

                world.CrashAfter = null;
                world.Put(Web, ScheduleState.Launched, NewText);
                world.RestartAgent();
                world.Run(s_while);
                AssertRuns(world, "new");
            }
        }
    }

    private static void AssertRuns(AgentWorld world, string value)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Manager[Web].Active, Is.EqualTo("active"));
            Assert.That(world.Manager[Web].Hash, Is.EqualTo(world.Entries[Web].Hash));
            Assert.That(world.States[Web], Does.Contain("active\",\"subState"));
            Assert.That(world.JobStates, Does.Contain(Web));
            Assert.That(world.Keys["/services/web.service"], Is.EqualTo(value));
        }
    }

    private static void AssertRestarted(AgentWorld world)
    {
        AssertRuns(world, "old");
        Assert.That(world.Manager[Web].Starts, Is.EqualTo(2));
    }

    private static void AssertHasToken(AgentWorld world)
    {
        // An agent that had not armed the guard yet cannot tell its lease from a lapsed one: the claim is given back.
        if (!world.Entries.ContainsKey(Web))
        {
            Assert.That(world.Happened, Does.Not.Contain($"start {Web}"));
            world.Put(Web, ScheduleState.Launched, Text, isSingleton: true);
            world.Run(s_while);
        }

        AssertRuns(world, "old");
        Assert.That(world.Manager[Web].Token, Is.EqualTo(world.Entries[Web].CreatedIndex.Value));
        Assert.That(world.Armed, Is.EqualTo((string[])[Web]));
    }

    private static void AssertStopped(AgentWorld world)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Manager[Web].Active, Is.EqualTo("inactive"));
            Assert.That(world.JobStates, Is.Empty);
            Assert.That(world.Keys, Is.Empty);
        }
    }

    private static void AssertGone(AgentWorld world)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Manager, Is.Empty);
            Assert.That(world.Entries, Is.Empty);
            Assert.That(world.States, Is.Empty);
            Assert.That(world.JobStates, Is.Empty);
            Assert.That(world.Keys, Is.Empty);
            Assert.That(world.Records, Is.Empty);
            Assert.That(world.Core.Units, Is.Empty);
        }
    }
}
