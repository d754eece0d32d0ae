using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>What is removed of units and machines that are gone, so that years of them leave nothing behind.</summary>
[TestFixture, Category("Unit")]
internal sealed class LeftoverTests
{
    [Test]
    public void Units_and_machines_that_come_and_go_leave_no_folders()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b", "c", "d");
        world.Launch("stays.service", "Global=yes");
        world.Settle();
        string before = Listing(world);
        for (int year = 0; year < 5; year++)
        {
            world.AddMachine($"x{year}");
            for (int i = 0; i < 10; i++)
                world.Launch($"u{year}-{i}.service");
            world.Settle();
            world.Put(world.Keys.MachineMetadata($"x{year}", "k"), "v");
            world.Remove(world.Keys.MachineMetadata($"x{year}", "k"), StoreIndex.Zero);
            world.Lose($"x{year}");
            world.Settle();
            for (int i = 0; i < 10; i++)
                world.Destroy($"u{year}-{i}.service");
            world.Pass(TimeSpan.FromHours(2));
            world.CheckFolders();
            world.CheckRegistry();
        }

        Assert.That(Listing(world), Is.EqualTo(before), "as if they had never been there");
    }

    [Test]
    public void The_folder_of_a_stopped_unit_and_of_a_machine_without_units_stay()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("u.service");
        world.Settle();
        world.Desire("u.service", DesiredState.Inactive);
        world.Settle();
        Assert.That(world.Registry.EmptyFolders.Keys, Is.EqualTo((string[])["schedule/a", "states/u.service"]));
        world.Destroy("u.service");
        world.Settle();
        Assert.That(world.Registry.EmptyFolders.Keys, Is.EqualTo((string[])["schedule/a"]));
    }

    [Test]
    public void A_folder_that_holds_what_nobody_knows_is_left_alone_for_an_hour()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("u.service");
        world.Settle();
        world.Put(world.Keys.UnitState("u.service", "other") + "/by/hand", "1");
        world.Destroy("u.service");
        world.Settle();
        StoreIndex index = world.Registry.Index;
        Assert.That(world.Registry.EmptyFolders.Keys, Does.Contain("states/u.service"));
        Assert.That(world.Plan(), Is.Zero);
        world.Advance(TimeSpan.FromHours(1));
        Assert.That(world.Plan(), Is.EqualTo(2), "the folder, and the text that nobody uses");
        index = world.Registry.Index;
        world.NewLeader();
        world.Settle();
        Assert.That(world.Registry.Index, Is.EqualTo(index));
    }

    [Test]
    public void What_was_written_into_a_job_just_as_it_was_destroyed_goes_and_is_not_inherited()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Desire("u.service", DesiredState.Launched);
        world.Put(world.Keys.JobRestart("u.service"), "3");
        world.Put(world.Keys.JobState("u.service"), "gone");
        world.Settle();
        world.CheckFolders();
        world.Put(world.Keys.JobObject("u.service"), RegistryValues.WriteJobObject("u.service", new string('a', 40)));
        Assert.That(world.Registry.Jobs["u.service"].Desired, Is.EqualTo(DesiredState.Inactive));
    }

    [Test]
    public void A_unit_whose_object_is_damaged_stays_as_it_is_until_it_is_repaired_or_destroyed()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("u.service");
        world.Launch("w@.service", "Replicas=2");
        world.Settle();
        string whole = world.Get(world.Keys.JobObject("u.service"))!;
        world.Put(world.Keys.JobObject("u.service"), "{");
        world.Put(world.Keys.JobObject("w@.service"), "{");
        world.Settle();
        Assert.That(world.RunningOn("u.service"), Is.EqualTo((string[])["a"]));
        Assert.That(world.RunningOn("w@2.service"), Is.EqualTo((string[])["a"]), "a replica of nobody who can be read");
        Assert.That(world.Get(world.Keys.JobTargetState("u.service")), Is.EqualTo("launched"));
        Assert.That(world.Figures.Unreadable, Is.EqualTo(1));
        world.NewLeader();
        world.Settle();
        Assert.That(world.RunningOn("u.service"), Is.EqualTo((string[])["a"]));
        world.Put(world.Keys.JobObject("u.service"), whole);
        world.Settle();
        Assert.That(world.Agents["a"].Starts, Is.EqualTo(3), "nothing was started again");
        world.Put(world.Keys.JobObject("u.service"), "{");
        world.Settle();
        world.Destroy("u.service");
        world.Destroy("w@.service");
        world.Settle();
        Assert.That(world.Registry.ScheduleByUnit, Is.Empty);
        Assert.That(world.Registry.Jobs, Is.Empty);
        world.CheckFolders();
    }

    private static string Listing(EngineWorld world) => string.Join('\n', world.Paths());
}
