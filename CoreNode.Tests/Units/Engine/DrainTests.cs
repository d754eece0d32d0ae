
namespace CoreNode.Tests.Units.Engine;

/// <summary>Machines that people drain.</summary>
[TestFixture, Category("Unit")]
internal sealed class DrainTests
{
    [Test]
    public void Ordinary_units_leave_at_once_and_globals_stay()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        for (int i = 0; i < 4; i++)
            world.Launch($"u{i}.service");
        world.Launch("g.service", "Global=yes");
        world.Settle();
        world.AddMachine("b");
        world.Cordon("a", isDraining: true);
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("a").Keys, Is.EqualTo((string[])["g.service"]));
        Assert.That(world.Registry.ScheduleOf("b"), Has.Count.EqualTo(5));
        for (int i = 0; i < 4; i++)
            Assert.That(world.NoticeOf($"u{i}.service"), Is.Null);
    }

    [Test]
    public void Singletons_leave_one_after_the_other()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        for (int i = 0; i < 3; i++)
            world.Launch($"s{i}.service", "Singleton=yes");
        world.Settle();
        world.AddMachine("b").StartSteps = 4;
        world.Agents["a"].StopSteps = 2;
        world.Cordon("a", isDraining: true);
        int most = 0;
        for (int round = 0; round < 100; round++)
        {
            world.Plan();
            foreach (FakeAgent agent in world.Agents.Values)
                agent.Step();
            int away = Enumerable.Range(0, 3).Count(i => !IsWell(world, $"s{i}.service"));
            most = Math.Max(most, away);
        }

        Assert.That(most, Is.EqualTo(1));
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("a"), Is.Empty);
        Assert.That(world.Registry.ScheduleOf("b"), Has.Count.EqualTo(3));
    }

    [Test]
    public void Replicas_of_one_template_leave_two_machines_when_others_run_in_their_place()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b");
        world.Launch("w@.service", "Replicas=2");
        world.Settle();
        Assert.That(world.PlaceOf("w@1.service"), Is.Not.EqualTo(world.PlaceOf("w@2.service")));
        foreach (string id in (string[])["c", "d"])
            world.AddMachine(id).StartSteps = 3;
        world.Cordon("a", isDraining: true);
        world.Cordon("b", isDraining: true);
        int most = 0;
        for (int round = 0; round < 60; round++)
        {
            world.Plan();
            foreach (FakeAgent agent in world.Agents.Values)
                agent.Step();
            most = Math.Max(most, Enumerable.Range(1, 2).Count(i => !IsWell(world, $"w@{i}.service")));
            int copies = world.Registry.EntriesOf("w@1.service").Count + world.Registry.EntriesOf("w@2.service").Count;
            Assert.That(copies, Is.LessThan(4), "one after the other");
        }

        Assert.That(most, Is.Zero);
        world.Settle();
        Assert.That(world.PlaceOf("w@1.service"), Is.AnyOf("c", "d"));
        Assert.That(world.PlaceOf("w@2.service"), Is.AnyOf("c", "d"));
    }

    [Test]
    public void What_no_other_machine_can_take_stays_and_the_others_do_not_wait_for_it()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("pinned.service", "Singleton=yes", "MachineID=a");
        world.Launch("follower.service", "MachineOf=pinned.service");
        world.Launch("s.service", "Singleton=yes");
        world.Launch("u.service");
        world.Settle();
        world.AddMachine("b");
        world.Cordon("a", isDraining: true);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Multiple(() =>
        {
            Assert.That(world.PlaceOf("pinned.service"), Is.EqualTo("a"));
            Assert.That(world.PlaceOf("follower.service"), Is.EqualTo("a"));
            Assert.That(world.PlaceOf("s.service"), Is.EqualTo("b"));
            Assert.That(world.PlaceOf("u.service"), Is.EqualTo("b"));
            Assert.That(world.NoticeOf("pinned.service")!.Reason, Does.Contain("no other one can take it"));
            Assert.That(world.NoticeOf("s.service"), Is.Null);
            Assert.That(world.Agents["a"].Starts, Is.EqualTo(4));
        });

        world.Uncordon("a");
        world.Settle();
        Assert.That(world.NoticeOf("pinned.service"), Is.Null);
    }

    [Test]
    public void A_drained_machine_is_left_as_soon_as_there_is_room_elsewhere()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("s.service", "Singleton=yes");
        world.Settle();
        world.Cordon("a", isDraining: true);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("a"));
        world.AddMachine("b");
        world.Pass(TimeSpan.FromSeconds(31));
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("b"));
    }

    [Test]
    public void A_singleton_that_was_kept_and_becomes_an_ordinary_unit_goes_on_and_leaves_when_it_can()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("s.service", "Singleton=yes");
        world.Settle();
        world.Cordon("a", isDraining: true);
        world.Pass(TimeSpan.FromSeconds(5));
        world.Launch("s.service", "DrainDeadline=60s");
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("a"));
        Assert.That(world.RunningOn("s.service"), Is.EqualTo((string[])["a"]));
        Assert.That(
            world.Registry.Entry("a", "s.service")!.Hash, Is.EqualTo(world.Registry.Jobs["s.service"].Hash),
            "with the new content");
        world.AddMachine("b");
        world.Pass(TimeSpan.FromSeconds(31));
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("b"));
        Assert.That(world.Registry.Entry("b", "s.service")!.IsSingleton, Is.False);
    }

    [Test]
    public void A_singleton_that_became_an_ordinary_unit_while_it_was_kept_is_one_once_its_machine_is_back()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("s.service", "Singleton=yes");
        world.Settle();
        world.Cordon("a", isDraining: true);
        world.Pass(TimeSpan.FromSeconds(5));
        world.Launch("s.service", "DrainDeadline=60s");
        world.Pass(TimeSpan.FromSeconds(5));
        world.NewLeader();
        world.Uncordon("a");
        world.Settle();
        Assert.That(world.RunningOn("s.service"), Is.EqualTo((string[])["a"]));
        Assert.That(world.Registry.Entry("a", "s.service")!.IsSingleton, Is.False);
        Assert.That(world.NoticeOf("s.service"), Is.Null);
    }

    [Test]
    public void A_unit_that_never_gets_well_elsewhere_does_not_stop_the_drain()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("s1.service", "Singleton=yes");
        world.Launch("s2.service", "Singleton=yes");
        world.Settle();
        world.AddMachine("b").StartSteps = int.MaxValue;
        world.Cordon("a", isDraining: true);
        for (int i = 0; i < 20; i++)
            Step(world);
        Assert.That(world.Registry.ScheduleOf("a"), Has.Count.EqualTo(1));
        world.Advance(TimeSpan.FromMinutes(3));
        for (int i = 0; i < 20; i++)
            Step(world);
        Assert.That(world.Registry.ScheduleOf("a"), Is.Empty);
    }

    private static void Step(EngineWorld world)
    {
        world.Plan();
        foreach (FakeAgent agent in world.Agents.Values)
            agent.Step();
    }

    private static bool IsWell(EngineWorld world, string unit) =>
        world.Registry.StatesOf(unit).Values.Any(static s => s.States.Active == "active");
}
