using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>Templates with UpdatePolicy=rolling.</summary>
[TestFixture, Category("Unit")]
internal sealed class RolloutTests
{
    private const string Template = "w@.service";

    private static EngineWorld Four(params string[] fleet)
    {
        EngineWorld world = new();
        world.AddMachines("a", "b", "c", "d");
        world.Launch(Template, ["Replicas=4", "UpdatePolicy=rolling", .. fleet]);
        world.Settle();
        return world;
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void New_content_reaches_at_most_so_many_at_a_time(int most)
    {
        string[] rules = ["Announce=/web/%i %m", $"MaxUnavailable={most}"];
        EngineWorld world = Four(rules);
        foreach (FakeAgent agent in world.Agents.Values)
            agent.StartSteps = 3;
        world.Launch(Template, ["Replicas=4", "UpdatePolicy=rolling", .. rules, "Weight=2"]);
        int away = 0;
        for (int round = 0; round < 100; round++)
        {
            Step(world);
            away = Math.Max(away, 4 - Working(world));
        }

        Assert.That(away, Is.EqualTo(most));
        Assert.That(Outdated(world), Is.Zero);
        Assert.That(world.NoticeOf(Template), Is.Null);
    }

    [Test]
    public void The_next_one_waits_until_the_one_before_is_healthy_and_announced()
    {
        string[] rules = ["Announce=/web/%i %m", "HealthExec=/bin/look"];
        EngineWorld world = Four(rules);
        foreach (FakeAgent agent in world.Agents.Values)
            agent.IsSilent = true;
        world.Launch(Template, ["Replicas=4", "UpdatePolicy=rolling", .. rules, "Weight=2"]);
        world.Settle();
        Assert.That(Outdated(world), Is.EqualTo(3));
        foreach (FakeAgent agent in world.Agents.Values)
        {
            agent.IsSilent = false;
            if (agent.IsRunning("w@1.service"))
                agent.Publish("w@1.service");
        }

        world.Settle();
        Assert.That(Outdated(world), Is.Zero);
    }

    [Test]
    public void It_stops_when_a_new_one_fails_says_so_and_newer_content_begins_anew()
    {
        EngineWorld world = Four();
        foreach (FakeAgent agent in world.Agents.Values)
            agent.Fails = static _ => true;
        world.Launch(Template, "Replicas=4", "UpdatePolicy=rolling", "Weight=2");
        world.Settle();
        Assert.That(Outdated(world), Is.EqualTo(3));
        Assert.That(Working(world), Is.EqualTo(3));
        Assert.That(
            world.NoticeOf(Template)!.Reason,
            Does.StartWith("rollout stopped: w@1.service failed on machine ")
                .And.EndsWith("; 3 of 4 replicas still have the old content"));
        Assert.That(world.Registry.Jobs[Template].Rollout!.IsStopped, Is.True);

        foreach (FakeAgent agent in world.Agents.Values)
            agent.Fails = static _ => false;
        world.NewLeader();
        world.Pass(TimeSpan.FromHours(1));
        Assert.That(Outdated(world), Is.EqualTo(3), "also under another leader");
        world.Launch(Template, "Replicas=4", "UpdatePolicy=rolling", "Weight=3");
        world.Settle();
        Assert.That(Outdated(world), Is.Zero);
        Assert.That(world.Registry.Jobs[Template].Rollout, Is.Null);
        Assert.That(world.NoticeOf(Template), Is.Null);
    }

    [Test]
    public void It_stops_when_a_new_one_is_not_healthy_by_its_deadline()
    {
        string[] rules = ["HealthExec=/bin/look", "DrainDeadline=40s"];
        EngineWorld world = Four(rules);
        foreach (FakeAgent agent in world.Agents.Values)
            agent.IsSick = static _ => true;
        world.Launch(Template, ["Replicas=4", "UpdatePolicy=rolling", .. rules, "Weight=2"]);
        world.Pass(TimeSpan.FromSeconds(35));
        Assert.That(world.Registry.Jobs[Template].Rollout, Is.Null);
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.That(
            world.Registry.Jobs[Template].Rollout!.Reason,
            Does.Match("^w@1.service on machine . is not healthy after 40 s$"));
        Assert.That(Outdated(world), Is.EqualTo(3));
    }

    [Test]
    public void It_is_paused_and_resumed()
    {
        EngineWorld world = Four();
        world.Put(
            world.Keys.JobRollout(Template),
            RegistryValues.WriteRollout(new JobRollout(IsStopped: false, "", "it is Friday", "ann")));
        world.Launch(Template, "Replicas=4", "UpdatePolicy=rolling", "Weight=2");
        world.Settle();
        Assert.That(Outdated(world), Is.EqualTo(4));
        Assert.That(
            world.NoticeOf(Template)!.Reason,
            Is.EqualTo("rollout paused by ann: it is Friday; 4 of 4 replicas still have the old content"));
        world.Remove(world.Keys.JobRollout(Template), default);
        world.Settle();
        Assert.That(Outdated(world), Is.Zero);
        Assert.That(world.NoticeOf(Template), Is.Null);
    }

    [Test]
    public void Those_that_do_not_work_count_as_away_and_are_given_new_content_first()
    {
        EngineWorld world = Four();
        string sick = world.PlaceOf("w@3.service");
        world.Agents[sick].Fail("w@3.service");
        foreach (FakeAgent agent in world.Agents.Values)
            agent.StartSteps = 3;
        world.Launch(Template, "Replicas=4", "UpdatePolicy=rolling", "Weight=2");
        Step(world);
        Assert.That(Outdated(world), Is.EqualTo(3));
        Assert.That(world.Registry.Jobs["w@3.service"].Hash, Is.EqualTo(world.Registry.Jobs[Template].Hash));
        for (int round = 0; round < 60; round++)
        {
            Step(world);
            Assert.That(Working(world), Is.GreaterThanOrEqualTo(3));
        }

        Assert.That(Outdated(world), Is.Zero);
    }

    private static void Step(EngineWorld world)
    {
        world.Plan();
        foreach (FakeAgent agent in world.Agents.Values)
            agent.Step();
    }

    private static int Outdated(EngineWorld world) => world.Registry.Jobs.Values.Count(
        job => job.IsReplica && job.Hash != world.Registry.Jobs[Template].Hash);

    private static int Working(EngineWorld world) => world.Registry.Jobs.Values.Count(job => job.IsReplica
        && world.Registry.StatesOf(job.Name.Full).Values.Any(state => state.IsReady(job.Requirements)));
}
