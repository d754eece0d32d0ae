using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>Machines that are lost, and how many of them are given up at a time.</summary>
[TestFixture, Category("Unit")]
internal sealed class LostMachineTests
{
    private static EngineWorld Of(int machines)
    {
        EngineWorld world = new();
        for (int i = 0; i < machines; i++)
            world.AddMachine($"m{i:00}");
        return world;
    }

    [Test]
    public void A_lost_machine_leaves_nothing_behind_and_its_units_run_elsewhere()
    {
        EngineWorld world = Of(3);
        world.Launch("u.service", "MachineMetadata=x=1");
        world.AddMachine("away", "x=1");
        world.Launch("s.service", "Singleton=yes", "MachineOf=u.service", "Announce=/services/s %m");
        world.Launch("g.service", "Global=yes");
        world.Settle();
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("away"));
        world.Put("/services/s", "away");
        world.Put(
            world.Keys.Announced("away", "s.service"), RegistryValues.WriteAnnounced([new("/services/s", "away")]));
        world.Launch("u.service");
        world.Settle();

        world.Lose("away");
        world.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(world.Registry.Machine("away"), Is.Null);
            Assert.That(world.Registry.ScheduleOf("away"), Is.Empty);
            Assert.That(world.Registry.StatesByMachine.ContainsKey("away"), Is.False);
            Assert.That(world.Registry.Announced, Is.Empty);
            Assert.That(world.Get("/services/s"), Is.Null);
            Assert.That(world.Registry.Jobs["u.service"].Target, Is.Not.EqualTo("away"));
            Assert.That(world.Registry.Jobs["s.service"].Target, Is.EqualTo(world.Registry.Jobs["u.service"].Target));
            Assert.That(world.RunningOn("s.service"), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public void A_key_that_another_copy_announced_meanwhile_stays()
    {
        EngineWorld world = Of(3);
        world.Launch("u.service", "MachineID=m01", "Announce=/services/u %m");
        world.Settle();
        world.Put("/services/u", "another");
        world.Put(world.Keys.Announced("m01", "u.service"), RegistryValues.WriteAnnounced([new("/services/u", "m01")]));
        world.Lose("m01");
        world.Settle();
        Assert.That(world.Get("/services/u"), Is.EqualTo("another"));
        Assert.That(world.Registry.Announced, Is.Empty);
    }

    [Test]
    public void A_key_is_known_by_what_was_written_there_also_after_the_unit_was_changed_or_destroyed()
    {
        EngineWorld world = Of(3);
        world.Launch("u.service", "MachineID=m01", "Announce=/services/u %m");
        world.Settle();
        world.Put("/services/u", "m01 as it was");
        world.Put("/services/v", "another");
        world.Put(
            world.Keys.Announced("m01", "u.service"),
            RegistryValues.WriteAnnounced([new("/services/u", "m01 as it was"), new("/services/v", "m01")]));
        world.Lose("m01");
        world.Settle();
        Assert.That(world.Get("/services/u"), Is.Null);
        Assert.That(world.Get("/services/v"), Is.EqualTo("another"));
        Assert.That(world.Registry.Announced, Is.Empty);
    }

    [Test]
    public void At_most_a_quarter_of_the_machines_is_emptied_in_a_minute()
    {
        EngineWorld world = Of(8);
        for (int i = 0; i < 16; i++)
            world.Launch($"u{i:00}.service");
        world.Settle();
        foreach (string lost in (string[])["m00", "m01", "m02", "m03"])
            world.Lose(lost);
        world.Settle();
        Assert.That(world.Registry.Machines.Values.Count(static m => m.Object is not null), Is.EqualTo(6));
        string waiting = world.Registry.ScheduleOf("m03").Keys.First();
        Assert.That(world.NoticeOf(waiting)!.Reason, Does.Contain("at most a quarter"));
        StoreIndex index = world.Registry.Index;
        world.Pass(TimeSpan.FromSeconds(59));
        Assert.That(world.Registry.Index, Is.EqualTo(index), "nothing is written while they wait");
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.That(
            world.Registry.Machines.Values.Count(static m => m.Object is not null), Is.EqualTo(5), "one of six");
        world.Pass(TimeSpan.FromSeconds(60));
        Assert.That(world.Registry.Machines.Values.Count(static m => m.Object is not null), Is.EqualTo(4));
        Assert.That(world.NoticeOf(waiting), Is.Null);
        for (int i = 0; i < 16; i++)
            Assert.That(world.Registry.EntriesOf($"u{i:00}.service"), Has.Count.EqualTo(1));
    }

    [Test]
    public void Registrations_that_end_by_themselves_change_nothing_of_how_many_are_emptied()
    {
        EngineWorld world = Of(8);
        for (int i = 0; i < 16; i++)
            world.Launch($"u{i:00}.service");
        world.Settle();
        string[] lost = ["m00", "m01", "m02", "m03"];
        foreach (string machine in lost)
        {
            world.Lose(machine);
            world.Remove(world.Keys.MachineObject(machine), StoreIndex.Zero);
        }

        world.Settle();
        Assert.That(lost.Count(m => world.Registry.ScheduleOf(m).Count > 0), Is.EqualTo(2));
        Assert.That(
            world.NoticeOf(world.Registry.ScheduleOf("m03").Keys.First())!.Reason, Does.Contain("at most a quarter"));
        world.Cordon("m03", isDraining: true);
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("m03"), Is.Empty);
        world.Pass(TimeSpan.FromSeconds(61));
        Assert.That(world.Registry.ScheduleOf("m02"), Is.Empty);
        for (int i = 0; i < 16; i++)
            Assert.That(world.Registry.EntriesOf($"u{i:00}.service"), Has.Count.EqualTo(1));
    }

    [Test]
    public void While_more_than_half_of_the_machines_are_missing_none_is_emptied_unless_it_is_drained()
    {
        EngineWorld world = Of(5);
        for (int i = 0; i < 10; i++)
            world.Launch($"u{i}.service");
        world.Settle();
        foreach (string lost in (string[])["m00", "m01", "m02", "m03"])
            world.Lose(lost);
        world.Pass(TimeSpan.FromMinutes(10));
        Assert.That(world.Registry.Machines, Has.Count.EqualTo(5));
        string waiting = world.Registry.ScheduleOf("m02").Keys.First();
        Assert.That(world.NoticeOf(waiting)!.Reason, Does.Contain("more than half"));
        world.Cordon("m02", isDraining: true);
        world.Settle();
        Assert.That(world.Registry.Machine("m02"), Is.Null);
        Assert.That(world.Registry.ScheduleOf("m02"), Is.Empty);
        Assert.That(world.Registry.Machine("m03"), Is.Not.Null);
        world.Return("m00");
        world.Settle();
        Assert.That(world.Registry.Machine("m01"), Is.Null, "of the four that are left half are there");
        Assert.That(world.Registry.Machine("m03"), Is.Not.Null, "one of four in a minute");
    }

    [Test]
    public void A_machine_that_comes_back_in_time_keeps_its_units()
    {
        EngineWorld world = Of(3);
        world.Launch("u.service");
        world.Settle();
        string machine = world.PlaceOf("u.service");
        foreach (string id in (string[])["m00", "m01", "m02"])
            world.Lose(id);
        world.Settle();
        foreach (string id in (string[])["m00", "m01", "m02"])
            world.Return(id);
        world.Settle();
        Assert.That(world.PlaceOf("u.service"), Is.EqualTo(machine));
        Assert.That(world.Agents[machine].Starts, Is.EqualTo(1));
        Assert.That(world.NoticeOf("u.service"), Is.Null);
    }

    [Test]
    public void A_machine_that_is_there_but_has_not_registered_keeps_what_it_has()
    {
        EngineWorld world = Of(2);
        world.Launch("u.service");
        world.Settle();
        string machine = world.PlaceOf("u.service");
        world.Remove(world.Keys.MachineObject(machine), StoreIndex.Zero);
        Assert.That(world.Plan(), Is.Zero);
        world.Settle();
        Assert.That(world.PlaceOf("u.service"), Is.EqualTo(machine));
        world.Put(world.Keys.MachineMetadata(machine, "k"), "v");
        world.Settle();
        Assert.That(world.PlaceOf("u.service"), Is.EqualTo(machine));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_machine_whose_registration_alone_is_over_keeps_its_global_units(bool isMostMissing)
    {
        EngineWorld world = Of(3);
        world.Launch("g.service", "Global=yes");
        world.Settle();
        foreach (string machine in (string[])["m00", "m01"])
        {
            if (isMostMissing)
                world.Lose(machine);
            world.Remove(world.Keys.MachineObject(machine), StoreIndex.Zero);
        }

        Assert.That(world.Plan(), Is.Zero);
        Assert.That(world.Registry.EntriesOf("g.service"), Has.Count.EqualTo(3));
        foreach (string machine in (string[])["m00", "m01"])
            world.Return(machine);
        world.Settle();
        Assert.That(world.Agents.Values.Select(static a => a.Starts), Is.All.EqualTo(1));
        world.Desire("g.service", DesiredState.Inactive);
        world.Settle();
        Assert.That(world.Registry.EntriesOf("g.service"), Is.Empty);
    }

    [Test]
    public void A_machine_that_left_in_good_order_is_not_given_its_units_again()
    {
        EngineWorld world = Of(2);
        world.Launch("u.service");
        world.Launch("s.service", "Singleton=yes");
        world.Settle();
        world.Agents["m00"].Leave();
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("m00"), Is.Empty);
        Assert.That(world.PlaceOf("u.service"), Is.EqualTo("m01"));
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("m01"));
    }

    [Test]
    public void Nothing_new_is_placed_on_a_cordoned_machine_and_nothing_moves()
    {
        EngineWorld world = Of(2);
        world.Launch("a.service");
        world.Launch("b.service");
        world.Launch("g.service", "Global=yes");
        world.Settle();
        world.Cordon("m00", isDraining: false);
        world.Launch("c.service");
        world.Launch("d.service");
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("m00"), Has.Count.EqualTo(2));
        Assert.That(world.PlaceOf("c.service"), Is.EqualTo("m01"));
        world.Desire("a.service", DesiredState.Loaded);
        world.Desire("a.service", DesiredState.Launched);
        world.Settle();
        Assert.That(world.RunningOn("g.service"), Has.Length.EqualTo(2));
    }
}
