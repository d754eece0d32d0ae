using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Engine;

/// <summary>fleet's functional tests about scheduling (reference A.12), on the real key state machine.</summary>
[TestFixture, Category("Unit")]
internal sealed class FleetSchedulingTests
{
    private static EngineWorld Three()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b", "c");
        return world;
    }

    [Test]
    public void Pairs_of_MachineOf_are_together_and_move_together()
    {
        EngineWorld world = Three();
        for (int i = 0; i < 3; i++)
        {
            world.Launch($"ping.{i}.service");
            world.Launch($"pong.{i}.service", $"MachineOf=ping.{i}.service");
        }

        world.Settle();
        for (int i = 0; i < 3; i++)
            Assert.That(world.PlaceOf($"pong.{i}.service"), Is.EqualTo(world.PlaceOf($"ping.{i}.service")));
        string machine = world.PlaceOf("ping.1.service");
        world.Agents[machine].Leave();
        world.Settle();
        Assert.That(world.PlaceOf("ping.1.service"), Is.Not.EqualTo(machine));
        Assert.That(world.PlaceOf("pong.1.service"), Is.EqualTo(world.PlaceOf("ping.1.service")));
    }

    [TestCase("Conflicts=conflict.*.service")]
    [TestCase("Conflicts=conflict.0.service conflict.1.service conflict.2.service conflict.[34].service")]
    public void Of_five_units_in_conflict_three_run_on_three_machines(string conflicts)
    {
        EngineWorld world = Three();
        for (int i = 0; i < 5; i++)
            world.Launch($"conflict.{i}.service", conflicts);
        world.Settle();
        string[] running = [.. Enumerable.Range(0, 5).SelectMany(i => world.RunningOn($"conflict.{i}.service"))];
        Assert.That(running.Order(), Is.EqualTo((string[])["a", "b", "c"]));
        Assert.That(world.Figures.Unplaceable, Is.EqualTo(2));

        string first = Enumerable.Range(0, 5).Select(i => $"conflict.{i}.service")
            .First(u => world.RunningOn(u).Length == 1);
        world.Destroy(first);
        world.Settle();
        running = [.. Enumerable.Range(0, 5).SelectMany(i => world.RunningOn($"conflict.{i}.service"))];
        Assert.That(running, Has.Length.EqualTo(3));
    }

    [Test]
    public void A_conflict_that_one_side_names_keeps_the_other_away_until_it_is_destroyed()
    {
        EngineWorld world = new();
        world.AddMachine("a").StopSteps = 3;
        world.Launch("conflicts-with-hello.service", "Conflicts=hello.service");
        world.Settle();
        world.Launch("hello.service");
        world.Settle();
        Assert.That(world.RunningOn("hello.service"), Is.Empty);
        world.Destroy("conflicts-with-hello.service");
        world.Plan();
        Assert.That(
            world.Registry.Entry("a", "hello.service"), Is.Null, "the other one has not stopped yet");
        world.Settle();
        Assert.That(world.PlaceOf("hello.service"), Is.EqualTo("a"));
    }

    [Test]
    public void A_replaced_unit_goes_to_another_machine()
    {
        EngineWorld world = new();
        world.AddMachine("a").StopSteps = 2;
        world.AddMachine("b").StopSteps = 2;
        world.Launch("replace.0.service");
        world.Settle();
        string machine = world.PlaceOf("replace.0.service");
        string other = machine == "a" ? "b" : "a";
        world.Launch("filler.service");
        world.Settle();
        Assert.That(world.PlaceOf("filler.service"), Is.EqualTo(other));
        world.Launch("filler2.service");
        world.Settle();

        world.Launch("replace.1.service", "Replaces=replace.0.service");
        world.Settle();
        Assert.That(world.PlaceOf("replace.1.service"), Is.Not.EqualTo(world.PlaceOf("replace.0.service")));
    }

    [TestCase("a")]
    [TestCase("a", "b")]
    public void Of_units_that_replace_each_other_one_runs(params string[] machines)
    {
        EngineWorld world = new();
        world.AddMachines(machines);
        world.Launch("replace.0.service", "Replaces=replace.1.service");
        world.Settle();
        string first = world.PlaceOf("replace.0.service");
        world.Launch("replace.1.service", "Replaces=replace.0.service");
        world.Settle();
        Assert.That(world.PlaceOf("replace.0.service"), Is.EqualTo(first));
        Assert.That(world.RunningOn("replace.1.service"), Is.Empty);
        Assert.That(world.Figures.Unplaceable, Is.EqualTo(1));
        world.Desire("replace.0.service", DesiredState.Inactive);
        world.Settle();
        Assert.That(world.PlaceOf("replace.1.service"), Is.EqualTo("a"));
        world.Desire("replace.0.service", DesiredState.Launched);
        world.Settle();
        Assert.That(world.RunningOn("replace.0.service"), Is.Empty, "now the other one was there first");
    }

    [Test]
    public void Units_with_MachineID_run_there()
    {
        EngineWorld world = Three();
        foreach (string id in world.Agents.Keys)
            world.Launch($"pin@{id}.service", "MachineID=%i");
        world.Settle();
        foreach (string id in world.Agents.Keys)
            Assert.That(world.PlaceOf($"pin@{id}.service"), Is.EqualTo(id));
    }

    [Test]
    public void A_global_unit_runs_once_on_each_machine_also_on_new_ones()
    {
        EngineWorld world = Three();
        world.Launch("hello.service");
        world.Launch("goodbye.service");
        world.Launch("global.service", "Global=true");
        world.Settle();
        Assert.That(world.RunningOn("global.service"), Is.EqualTo((string[])["a", "b", "c"]));
        world.AddMachine("d");
        world.Settle();
        Assert.That(world.RunningOn("global.service"), Is.EqualTo((string[])["a", "b", "c", "d"]));
        Assert.That(world.Registry.Jobs["global.service"].Target, Is.Empty);

        world.Desire("global.service", DesiredState.Loaded);
        world.Settle();
        Assert.That(world.RunningOn("global.service"), Is.Empty);
        world.Desire("global.service", DesiredState.Launched);
        world.Settle();
        Assert.That(world.RunningOn("global.service"), Has.Length.EqualTo(4));
        world.Destroy("global.service");
        world.Settle();
        Assert.That(world.Registry.EntriesOf("global.service"), Is.Empty);
    }

    [Test]
    public void A_second_global_unit_in_conflict_never_runs()
    {
        EngineWorld world = Three();
        world.Launch("conflict-global.0.service", "Global=true", "Conflicts=conflict-global.*.service");
        world.Settle();
        world.Launch("conflict-global.1.service", "Global=true", "Conflicts=conflict-global.*.service");
        world.Settle();
        Assert.That(world.RunningOn("conflict-global.0.service"), Has.Length.EqualTo(3));
        Assert.That(world.RunningOn("conflict-global.1.service"), Is.Empty);
    }

    [Test]
    public void Specifiers_stand_for_the_instance_in_metadata()
    {
        EngineWorld world = new();
        world.AddMachine("a", "hostname=one");
        world.AddMachine("b", "hostname=two");
        world.Launch("metadata@two.service", "MachineMetadata=hostname=%i");
        world.Launch("metadata@invalid.service", "MachineMetadata=hostname=%i");
        world.Settle();
        Assert.That(world.PlaceOf("metadata@two.service"), Is.EqualTo("b"));
        Assert.That(world.RunningOn("metadata@invalid.service"), Is.Empty);
    }

    [Test]
    public void Metadata_of_one_key_are_alternatives()
    {
        EngineWorld world = new();
        world.AddMachine("a", "region=r1");
        world.AddMachine("b", "region=r2");
        world.AddMachine("c", "region=r3");
        world.Launch("g.service", "Global=true", "MachineMetadata=region=r1", "MachineMetadata=region=r2");
        world.Settle();
        Assert.That(world.RunningOn("g.service"), Is.EqualTo((string[])["a", "b"]));
    }

    [Test]
    public void Metadata_that_change_move_the_unit()
    {
        EngineWorld world = new();
        world.AddMachine("a", "disk=ssd");
        world.AddMachine("b", "disk=ssd");
        world.Launch("x.service", "MachineMetadata=disk=ssd");
        world.Settle();
        string first = world.PlaceOf("x.service");
        world.Put(world.Keys.MachineMetadata(first, "disk"), "hdd");
        world.Settle();
        Assert.That(world.PlaceOf("x.service"), Is.Not.EqualTo(first));
    }

    [Test]
    public void The_unit_of_a_machine_that_goes_moves_to_the_empty_one_and_no_other_unit_moves()
    {
        EngineWorld world = new();
        world.AddMachines("a", "b", "c", "d");
        for (int i = 0; i < 3; i++)
            world.Launch($"conflict.{i}.service", "Conflicts=conflict.*.service");
        world.Settle();
        string[] before = [.. Enumerable.Range(0, 3).Select(i => world.PlaceOf($"conflict.{i}.service"))];
        string empty = world.Agents.Keys.Single(id => !before.Contains(id));
        int starts = world.Agents.Values.Sum(static a => a.Starts);
        world.Agents[before[1]].Leave();
        world.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(world.PlaceOf("conflict.0.service"), Is.EqualTo(before[0]));
            Assert.That(world.PlaceOf("conflict.1.service"), Is.EqualTo(empty));
            Assert.That(world.PlaceOf("conflict.2.service"), Is.EqualTo(before[2]));
            Assert.That(world.Agents.Values.Sum(static a => a.Starts), Is.EqualTo(starts + 1));
        });
    }

    [Test]
    public void A_machine_that_reboots_gets_its_place_filled_again()
    {
        EngineWorld world = Three();
        for (int i = 0; i < 3; i++)
            world.Launch($"conflict.{i}.service", "Conflicts=conflict.*.service");
        world.Settle();
        world.Lose("b");
        world.Settle();
        world.Return("b");
        world.Settle();
        for (int i = 0; i < 3; i++)
            Assert.That(world.RunningOn($"conflict.{i}.service"), Has.Length.EqualTo(1));
    }
}
