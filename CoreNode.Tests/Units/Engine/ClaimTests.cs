using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Engine;

/// <summary>How entries come, change and go.</summary>
[TestFixture, Category("Unit")]
internal sealed class ClaimTests
{
    [Test]
    public void A_unit_is_given_to_the_machine_with_the_fewest_units()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b");
        for (int i = 0; i < 6; i++)
            world.Launch($"u{i}.service");
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("a"), Has.Count.EqualTo(3));
        Assert.That(world.Registry.ScheduleOf("b"), Has.Count.EqualTo(3));
        Assert.That(world.Figures.Scheduled, Is.EqualTo(6));
        world.CheckRegistry();
    }

    [Test]
    public void At_rest_nothing_is_written_and_nothing_is_waited_for()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b");
        world.Launch("u.service");
        world.Launch("g.service", "Global=true");
        world.Launch("s.service", "Singleton=yes");
        world.Launch("nowhere.service", "MachineID=zzz");
        world.Settle();
        StoreIndex index = world.Registry.Index;
        world.Pass(TimeSpan.FromHours(3));
        Assert.That(world.Registry.Index, Is.EqualTo(index));
        Assert.That(world.LookAgain, Is.Null);
    }

    [Test]
    public void Nothing_is_decided_before_units_are_used()
    {
        EngineWorld world = new();
        world.Remove(world.Keys.EngineVersion, StoreIndex.Zero);
        world.AddMachine("a");
        world.Launch("u.service");
        Assert.That(world.Plan(), Is.Zero);
    }

    [Test]
    public void A_joining_machine_moves_nothing()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        for (int i = 0; i < 5; i++)
            world.Launch($"u{i}.service");
        world.Settle();
        world.AddMachine("b");
        world.Settle();
        Assert.That(world.Registry.ScheduleOf("b"), Is.Empty);
    }

    [Test]
    public void New_content_and_restarts_reach_the_entry_of_the_same_claim()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("u.service");
        world.Settle();
        ScheduleEntry before = world.Registry.Entry("a", "u.service")!;
        world.Launch("u.service", "Weight=2");
        world.Put(world.Keys.JobRestart("u.service"), "7");
        world.Settle();
        ScheduleEntry after = world.Registry.Entry("a", "u.service")!;
        Assert.Multiple(() =>
        {
            Assert.That(after.CreatedIndex, Is.EqualTo(before.CreatedIndex));
            Assert.That(after.Hash, Is.Not.EqualTo(before.Hash));
            Assert.That(after.Restart, Is.EqualTo(7));
            Assert.That(world.Agents["a"].HashOf("u.service"), Is.EqualTo(after.Hash));
        });
    }

    [Test]
    public void A_unit_that_becomes_inactive_loses_target_and_entry()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("u.service");
        world.Settle();
        Assert.That(world.Registry.Jobs["u.service"].Target, Is.EqualTo("a"));
        world.Desire("u.service", DesiredState.Loaded);
        world.Settle();
        Assert.That(world.Registry.Entry("a", "u.service")!.State, Is.EqualTo(ScheduleState.Loaded));
        world.Desire("u.service", DesiredState.Inactive);
        world.Settle();
        Assert.That(world.Registry.Jobs["u.service"].Target, Is.Empty);
        Assert.That(world.Registry.EntriesOf("u.service"), Is.Empty);
    }

    [Test]
    public void A_singleton_moves_only_after_the_machine_has_given_it_up()
    {
        EngineWorld world = new();
        FakeAgent a = world.AddMachine("a", "zone=x");
        world.AddMachine("b", "zone=y");
        a.StopSteps = 5;
        world.Launch("s.service", "Singleton=yes", "MachineMetadata=zone=x");
        world.Settle();
        StoreIndex token = world.Registry.Entry("a", "s.service")!.CreatedIndex;
        world.Launch("s.service", "Singleton=yes", "MachineMetadata=zone=y");
        world.Plan();
        world.Plan();
        Assert.That(world.Registry.Entry("b", "s.service"), Is.Null);
        Assert.That(world.Figures.Waiting, Is.EqualTo(1));
        world.Settle();
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("b"));
        Assert.That(world.Registry.Entry("b", "s.service")!.CreatedIndex, Is.GreaterThan(token));
        Assert.That(world.Registry.Jobs["s.service"].Target, Is.EqualTo("b"));
    }

    [Test]
    public void Another_unit_moves_at_once()
    {
        EngineWorld world = new();
        FakeAgent a = world.AddMachine("a", "zone=x");
        world.AddMachine("b", "zone=y");
        a.StopSteps = 5;
        world.Launch("u.service", "MachineMetadata=zone=x");
        world.Settle();
        world.Launch("u.service", "MachineMetadata=zone=y");
        world.Plan();
        Assert.That(world.Registry.Entry("a", "u.service")!.State, Is.EqualTo(ScheduleState.Revoked));
        Assert.That(world.Registry.Entry("b", "u.service")!.State, Is.EqualTo(ScheduleState.Launched));
        world.Settle();
        Assert.That(world.PlaceOf("u.service"), Is.EqualTo("b"));
    }

    [Test]
    public void A_singleton_that_is_stopped_and_started_again_gets_a_new_claim()
    {
        EngineWorld world = new();
        FakeAgent a = world.AddMachine("a");
        a.StopSteps = 3;
        world.Launch("s.service", "Singleton=yes");
        world.Settle();
        StoreIndex token = world.Registry.Entry("a", "s.service")!.CreatedIndex;
        world.Desire("s.service", DesiredState.Inactive);
        world.Plan();
        world.Desire("s.service", DesiredState.Launched);
        world.Settle();
        Assert.That(world.PlaceOf("s.service"), Is.EqualTo("a"));
        Assert.That(world.Registry.Entry("a", "s.service")!.CreatedIndex, Is.GreaterThan(token));
    }

    [Test]
    public void A_global_unit_that_becomes_a_singleton_runs_as_one_only_once_it_is_alone()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b", "c");
        foreach (FakeAgent agent in world.Agents.Values)
            agent.StopSteps = 4;
        world.Launch("u.service", "Global=yes");
        world.Settle();
        world.Launch("u.service", "Singleton=yes");
        world.Settle();
        Assert.That(world.RunningOn("u.service"), Has.Length.EqualTo(1));
        Assert.That(world.Registry.EntriesOf("u.service").Values.Single().IsSingleton, Is.True);
    }

    [TestCase("Global=yes")]
    [TestCase("Weight=2")]
    public void A_singleton_that_becomes_another_unit_keeps_others_away_until_its_copy_has_ended(string content)
    {
        EngineWorld world = new();
        FakeAgent a = world.AddMachine("a", "zone=x");
        world.AddMachine("b", "zone=y");
        a.StopSteps = 3;
        world.Launch("s.service", "Singleton=yes", "MachineMetadata=zone=x");
        world.Settle();
        ScheduleEntry claim = world.Registry.Entry("a", "s.service")!;

        // Its machine does not hear of it yet; and then it is to be on another one, too.
        world.Launch("s.service", content, "MachineMetadata=zone=x");
        world.Plan();
        world.Launch("s.service", content, content == "Global=yes" ? "" : "MachineMetadata=zone=y");
        for (int i = 0; i < 3; i++)
            world.Plan();
        ScheduleEntry left = world.Registry.Entry("a", "s.service")!;
        Assert.That((left.IsSingleton, left.State), Is.EqualTo((true, ScheduleState.Revoked)));
        Assert.That(left.Hash, Is.EqualTo(claim.Hash), "it is taken back, not changed");
        Assert.That(world.Registry.Entry("b", "s.service"), Is.Null);
        Assert.That(world.Figures.Waiting, Is.Positive);

        // Neither does another leader who knows only the store.
        world.NewLeader();
        world.Plan();
        Assert.That(world.Registry.Entry("b", "s.service"), Is.Null);
        world.Settle();
        string[] wanted = content == "Global=yes" ? ["a", "b"] : ["b"];
        Assert.That(world.RunningOn("s.service"), Is.EqualTo(wanted));
        Assert.That(world.Registry.EntriesOf("s.service").Values.Any(static e => e.IsSingleton), Is.False);
    }

    [Test]
    public void A_singleton_that_becomes_global_while_its_machine_is_away_runs_elsewhere_once_that_is_lost()
    {
        EngineWorld world = new();
        FakeAgent a = world.AddMachine("a", "zone=x");
        world.AddMachines("b", "c");
        world.Launch("s.service", "Singleton=yes", "MachineMetadata=zone=x");
        world.Settle();
        a.StopSteps = 1000;
        world.Launch("s.service", "Global=yes");
        for (int i = 0; i < 3; i++)
            world.Plan();
        Assert.That(world.Registry.EntriesOf("s.service").Keys, Is.EqualTo(new[] { "a" }));
        world.Lose("a");
        world.Settle();
        Assert.That(world.RunningOn("s.service"), Is.EqualTo(new[] { "b", "c" }));
        world.Return("a");
        world.Settle();
        Assert.That(world.RunningOn("s.service"), Is.EqualTo(new[] { "a", "b", "c" }));
    }

    [Test]
    public void A_unit_without_content_stays_as_it_is_and_says_so()
    {
        EngineWorld world = new();
        world.AddMachine("a");
        world.Launch("u.service");
        world.Settle();
        string hash = world.Registry.Jobs["u.service"].Hash;
        world.Remove(world.Keys.Unit(hash), StoreIndex.Zero);
        world.Settle();
        Assert.That(world.PlaceOf("u.service"), Is.EqualTo("a"));
        Assert.That(world.NoticeOf("u.service")!.Reason, Does.Contain("content is missing"));
        Assert.That(world.Figures.Unreadable, Is.EqualTo(1));
        world.Launch("u.service");
        world.Settle();
        Assert.That(world.NoticeOf("u.service"), Is.Null);
    }

    [Test]
    public void What_was_written_into_a_job_that_was_just_destroyed_is_removed()
    {
        EngineWorld world = new();
        world.Put(world.Keys.JobTarget("gone.service"), "a");
        world.Put(world.Keys.JobNotice("gone.service"), RegistryValues.WriteNotice(new JobNotice("x")));
        world.Settle();
        Assert.That(world.Get(world.Keys.JobTarget("gone.service")), Is.Null);
        Assert.That(world.Registry.Partial, Is.Empty);
    }

    [Test]
    public void Content_goes_an_hour_after_the_last_job_that_used_it()
    {
        EngineWorld world = new();
        world.Submit("u.service", DesiredState.Inactive);
        world.Settle();
        string hash = world.Registry.Jobs["u.service"].Hash;
        world.Destroy("u.service");
        world.Pass(TimeSpan.FromMinutes(59));
        Assert.That(world.Get(world.Keys.Unit(hash)), Is.Not.Null);
        world.Submit("v.service", DesiredState.Inactive);
        world.Destroy("v.service");
        world.Pass(TimeSpan.FromMinutes(30));
        Assert.That(world.Get(world.Keys.Unit(hash)), Is.Not.Null, "it was submitted again");
        world.Pass(TimeSpan.FromMinutes(31));
        Assert.That(world.Get(world.Keys.Unit(hash)), Is.Null);
    }
}
