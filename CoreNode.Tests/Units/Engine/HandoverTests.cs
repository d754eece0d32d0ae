using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>Drained machines: replicas that are handed over, deadlines, and the order that needs say.</summary>
[TestFixture, Category("Unit")]
internal sealed class HandoverTests
{
    private const string Told = "Announce=/web/%i %m";

    private static EngineWorld TwoOnThree(params string[] fleet)
    {
        EngineWorld world = new();
        world.AddMachines("a", "b");
        world.Launch("w@.service", ["Replicas=2", .. fleet]);
        world.Settle();
        world.AddMachine("c");
        return world;
    }

    [Test]
    public void A_replica_goes_on_until_its_new_copy_is_healthy_and_announced()
    {
        EngineWorld world = TwoOnThree(Told, "HealthExec=/bin/look");
        string from = world.PlaceOf("w@1.service");
        world.Agents["c"].IsSick = static _ => true;
        world.Cordon(from, isDraining: true);
        Steps(world, 20);
        Assert.That(world.RunningOn("w@1.service"), Is.EqualTo((string[])[from, "c"]));
        Assert.That(world.Registry.Entry(from, "w@1.service")!.Successor, Is.EqualTo("c"));

        world.Agents["c"].IsSick = static _ => false;
        world.Agents["c"].IsSilent = true;
        world.Agents["c"].Publish("w@1.service");
        Steps(world, 20);
        Assert.That(world.RunningOn("w@1.service"), Is.EqualTo((string[])[from, "c"]));

        world.Agents["c"].IsSilent = false;
        world.Agents["c"].Publish("w@1.service");
        Steps(world, 20);
        Assert.That(world.PlaceOf("w@1.service"), Is.EqualTo("c"));
        Assert.That(world.Registry.ScheduleOf(from), Is.Empty);
    }

    [Test]
    public void Another_leader_goes_on_with_a_handover()
    {
        EngineWorld world = TwoOnThree(Told);
        string from = world.PlaceOf("w@1.service");
        world.Agents["c"].StartSteps = 6;
        world.Cordon(from, isDraining: true);
        for (int i = 0; i < 30; i++)
        {
            world.NewLeader();
            Steps(world, 1);
            Assert.That(IsServed(world, "w@1.service"), Is.True);
        }

        Assert.That(world.PlaceOf("w@1.service"), Is.EqualTo("c"));
    }

    [Test]
    public void A_replica_whose_new_copy_does_not_work_is_passed_over_and_the_next_one_leaves()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("v@.service", "Replicas=1", "DrainDeadline=30s");
        world.Launch("w@.service", "Replicas=1");
        world.Settle();
        world.AddMachine("b").Fails = static name => name == "v@1.service";
        world.Cordon("a", isDraining: true);
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.That(world.RunningOn("w@1.service"), Is.EqualTo((string[])["a"]));
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.That(world.PlaceOf("w@1.service"), Is.EqualTo("b"));
        Assert.That(world.Registry.Entry("a", "v@1.service"), Is.Not.Null, "it serves where it is");
        Assert.That(
            world.NoticeOf("v@1.service")!.Reason,
            Is.EqualTo("machine a is drained, but it has not left it in 30 s: its new copy on machine b has failed"));
    }

    [Test]
    public void When_people_change_their_mind_the_old_copy_that_works_stays()
    {
        EngineWorld world = TwoOnThree();
        string from = world.PlaceOf("w@1.service");
        world.Agents["c"].StartSteps = int.MaxValue;
        world.Cordon(from, isDraining: true);
        Steps(world, 10);
        Assert.That(world.Registry.EntriesOf("w@1.service"), Has.Count.EqualTo(2));
        world.Uncordon(from);
        Steps(world, 10);
        Assert.That(world.Registry.EntriesOf("w@1.service").Keys, Is.EqualTo((string[])[from]));
        Assert.That(world.Registry.Entry(from, "w@1.service")!.Successor, Is.Empty);
        Assert.That(world.Registry.Jobs["w@1.service"].Target, Is.EqualTo(from));
        Assert.That(world.Agents[from].Ended, Is.Empty);
    }

    [Test]
    public void A_handover_to_a_machine_that_is_lost_begins_again_elsewhere()
    {
        EngineWorld world = TwoOnThree();
        string from = world.PlaceOf("w@1.service");
        world.Agents["c"].StartSteps = int.MaxValue;
        world.Cordon(from, isDraining: true);
        Steps(world, 10);
        world.Lose("c");
        world.AddMachine("d");
        for (int i = 0; i < 20; i++)
        {
            Steps(world, 1);
            Assert.That(IsServed(world, "w@1.service"), Is.True);
        }

        world.Pass(TimeSpan.FromSeconds(40));
        Assert.That(world.Registry.EntriesOf("w@1.service").Keys, Has.None.EqualTo(from));
        Assert.That(IsServed(world, "w@1.service"), Is.True);
    }

    [Test]
    public void What_others_need_leaves_after_them()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("a-db.service");
        world.Launch("b-app.service", "Unit:Requires=a-db.service");
        world.Launch("c-edge.service", "Unit:After=b-app.service", "Unit:Wants=b-app.service");
        world.Launch("d-alone.service");
        world.Settle();
        world.AddMachine("b");
        world.Agents["a"].StopSteps = 2;
        world.Cordon("a", isDraining: true);
        Steps(world, 3);
        Assert.That(
            world.NoticeOf("a-db.service")!.Reason,
            Is.EqualTo("machine a is drained, it leaves after b-app.service, which needs it"));
        world.Settle();
        List<string> ended = world.Agents["a"].Ended;
        Assert.That(ended, Has.Count.EqualTo(4));
        Assert.That(ended.IndexOf("c-edge.service"), Is.LessThan(ended.IndexOf("b-app.service")));
        Assert.That(ended.IndexOf("b-app.service"), Is.LessThan(ended.IndexOf("a-db.service")));
        Assert.That(ended.IndexOf("d-alone.service"), Is.LessThan(2));
        Assert.That(world.NoticeOf("a-db.service"), Is.Null);
    }

    [Test]
    public void What_something_that_stays_cannot_run_without_stays_too()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("app.service", "Unit:Requires=db.service", "MachineID=a");
        world.Launch("db.service");
        world.Launch("log.service");
        world.Launch("seen.service", "Unit:After=log.service", "MachineID=a");
        world.Settle();
        world.AddMachine("b");
        world.Cordon("a", isDraining: true);
        world.Pass(TimeSpan.FromMinutes(3));
        Assert.Multiple(() =>
        {
            Assert.That(world.PlaceOf("db.service"), Is.EqualTo("a"));
            Assert.That(world.PlaceOf("log.service"), Is.EqualTo("b"), "who only comes after it can do without");
            Assert.That(world.NoticeOf("db.service")!.Reason, Does.Contain("after app.service, which needs it"));
        });
    }

    [Test]
    public void Units_that_need_each_other_in_a_circle_leave_all_the_same()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("x.service", "Unit:Requires=y.service");
        world.Launch("y.service", "Unit:Requires=z.service");
        world.Launch("z.service", "Unit:Requires=x.service");
        world.Settle();
        world.AddMachine("b");
        world.Cordon("a", isDraining: true);
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("a"), Is.Empty);
        Assert.That(world.Registry.ScheduleOf("b"), Has.Count.EqualTo(3));
    }

    [Test]
    public void What_others_have_to_be_with_leaves_last_and_comes_first()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("lead.service", "Singleton=yes");
        world.Launch("f1.service", "MachineOf=lead.service");
        world.Launch("f2.service", "MachineOf=lead.service");
        world.Settle();
        world.AddMachine("b");
        world.Agents["a"].StopSteps = 3;
        world.Cordon("a", isDraining: true);
        for (int i = 0; i < 40; i++)
        {
            Steps(world, 1);
            bool isLeadThere = world.Registry.Entry("b", "lead.service") is not null;
            Assert.That(isLeadThere || world.Registry.Entry("b", "f1.service") is null, Is.True);
        }

        Assert.That(world.Agents["a"].Ended[^1], Is.EqualTo("lead.service"));
        Assert.That(world.Registry.ScheduleOf("b"), Has.Count.EqualTo(3));
    }

    private static void Steps(EngineWorld world, int count)
    {
        for (int i = 0; i < count; i++)
        {
            world.Plan();
            foreach (FakeAgent agent in world.Agents.Values)
                agent.Step();
        }
    }

    private static bool IsServed(EngineWorld world, string unit)
    {
        UnitRequirements asked = world.Registry.Jobs[unit].Requirements;
        return world.Registry.StatesOf(unit).Values.Any(state => state.IsReady(asked)
            && world.Registry.Entry(state.MachineId, unit) is { State: ScheduleState.Launched });
    }
}
