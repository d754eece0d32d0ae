using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>The immutable state of the registry: by listing and by changes.</summary>
[TestFixture, Category("Unit")]
internal sealed class RegistryStateTests
{
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;
    private static readonly UnitFile s_file = UnitFile.Of(
        [new("Service", "ExecStart", "/bin/true"), new("X-Fleet", "MachineOf", "db@%i.service")]);

    [Test]
    public void A_job_is_put_together_from_its_keys_in_any_order()
    {
        RegistryTree tree = new();
        tree.Set(s_keys.JobTargetState("web@1.service"), "launched");
        Assert.That(tree.State.Jobs, Is.Empty);
        tree.Set(s_keys.JobObject("web@1.service"), RegistryValues.WriteJobObject("web@1.service", s_file.Hash));
        Assert.That(tree.State.Jobs["web@1.service"].File, Is.Null);
        tree.Set(s_keys.Unit(s_file.Hash), RegistryValues.WriteUnit(s_file));
        tree.Set(s_keys.JobTarget("web@1.service"), "m1");
        tree.Set(s_keys.JobRestart("web@1.service"), "4");
        Job job = tree.State.Jobs["web@1.service"];
        Assert.That(
            (job.Desired, job.Target, job.Restart, job.File!.Hash, job.Requirements.MachineOf[0]),
            Is.EqualTo((DesiredState.Launched, "m1", 4UL, s_file.Hash, "db@1.service")));
        Assert.That(tree.State.Texts[s_file.Hash].Jobs, Is.EqualTo(new[] { "web@1.service" }));
        Assert.That(tree.State.CurrentState(job), Is.EqualTo(DesiredState.Inactive));
        tree.Set(s_keys.UnitState("web@1.service", "m1"), State("web@1.service", "m1"));
        Assert.That(tree.State.CurrentState(job), Is.EqualTo(DesiredState.Loaded));
        tree.Set(s_keys.JobState("web@1.service"), "m1");
        Assert.That(
            tree.State.CurrentState(tree.State.Jobs["web@1.service"]), Is.EqualTo(DesiredState.Launched));
    }

    [Test]
    public void A_destroyed_job_leaves_its_text_without_users()
    {
        RegistryTree tree = new();
        tree.Set(s_keys.Unit(s_file.Hash), RegistryValues.WriteUnit(s_file));
        tree.Set(s_keys.JobObject("a.service"), RegistryValues.WriteJobObject("a.service", s_file.Hash));
        tree.Remove(s_keys.Job("a.service"));
        Assert.That(tree.State.Jobs, Is.Empty);
        Assert.That(tree.State.Texts[s_file.Hash].Jobs, Is.Empty);
        tree.Remove(s_keys.Unit(s_file.Hash));
        Assert.That(tree.State.Texts, Is.Empty);
    }

    [Test]
    public void Metadata_of_run_time_overlays_what_a_machine_registered()
    {
        RegistryTree tree = new();
        MachineObject machine = new()
        {
            Id = "m1",
            Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" },
            MemoryBytes = 5,
        };
        tree.Set(s_keys.MachineMetadata("m1", "a"), "");
        tree.Set(s_keys.MachineMetadata("m1", "c"), "3");
        tree.Set(s_keys.MachineCordon("m1"), RegistryValues.WriteCordon(new MachineCordon(true, "disk", "")));
        Assert.That(tree.State.Machine("m1"), Is.Null);
        tree.Set(s_keys.MachineObject("m1"), RegistryValues.WriteMachine(machine));
        Machine seen = tree.State.Machine("m1")!;
        Assert.That(seen.Metadata, Is.EquivalentTo(new Dictionary<string, string> { ["b"] = "2", ["c"] = "3" }));
        Assert.That((seen.IsCordoned, seen.IsDraining, seen.MemoryBytes), Is.EqualTo((true, true, 5L)));
        tree.Remove(s_keys.MachineCordon("m1"));
        tree.Remove(s_keys.MachineMetadata("m1"));
        seen = tree.State.Machine("m1")!;
        Assert.That((seen.IsCordoned, seen.Metadata["a"]), Is.EqualTo((false, "1")));
        tree.Remove(s_keys.Machine("m1"));
        Assert.That(tree.State.Machines, Is.Empty);
    }

    [Test]
    public void Entries_and_states_are_found_by_machine_and_by_unit()
    {
        RegistryTree tree = new();
        foreach (string machine in (string[])["m2", "m1"])
        {
            tree.Set(s_keys.ScheduleEntry(machine, "g.service"), Entry(machine, "g.service"));
            tree.Set(s_keys.UnitState("g.service", machine), State("g.service", machine));
        }

        Assert.That(tree.State.EntriesOf("g.service").Keys, Is.EqualTo(new[] { "m1", "m2" }));
        Assert.That(tree.State.ScheduleOf("m1").Keys, Is.EqualTo(new[] { "g.service" }));
        Assert.That(tree.State.Entry("m2", "g.service")!.CreatedIndex.Value, Is.EqualTo(1));
        Assert.That(tree.State.StatesByMachine["m2"].Keys, Is.EqualTo(new[] { "g.service" }));
        tree.Remove(s_keys.Schedule("m1"));
        tree.Remove(s_keys.UnitStates("g.service"));
        Assert.That(tree.State.EntriesOf("g.service").Keys, Is.EqualTo(new[] { "m2" }));
        Assert.That(tree.State.StatesByMachine, Is.Empty);
    }

    [Test]
    public void A_damaged_value_is_reported_and_skipped_until_it_is_whole_or_gone()
    {
        RegistryTree tree = new();
        tree.Set(s_keys.JobObject("a.service"), "{");
        tree.Set(s_keys.ScheduleEntry("m1", "a.service"), "x");
        tree.Set(s_keys.JobTargetState("b/d.service"), "launched");
        tree.Set(s_keys.JobTargetState("no-unit"), "launched");
        tree.Set(s_keys.Unit("cafe"), RegistryValues.WriteUnit(s_file));
        Assert.That(tree.State.Jobs, Is.Empty);
        Assert.That(tree.State.ScheduleByMachine, Is.Empty);
        Assert.That(
            tree.State.Problems.Keys,
            Is.EquivalentTo(new[]
            {
                s_keys.JobObject("a.service"), s_keys.ScheduleEntry("m1", "a.service"), s_keys.Unit("cafe"),
                s_keys.JobTargetState("no-unit"),
            }));
        tree.Set(s_keys.JobObject("a.service"), RegistryValues.WriteJobObject("a.service", s_file.Hash));
        tree.Remove(s_keys.Schedule("m1"));
        tree.Remove(s_keys.Units);
        tree.Remove(s_keys.Job("no-unit"));
        Assert.That(tree.State.Problems, Is.Empty);
        Assert.That(tree.State.Jobs.Keys, Is.EqualTo(new[] { "a.service" }));
    }

    [Test]
    public void A_change_that_is_in_it_already_changes_nothing()
    {
        RegistryTree tree = new();
        tree.Set(s_keys.EngineVersion, "1");
        RegistryState state = tree.State;
        KvNode old = new() { Key = s_keys.EngineVersion, ModifiedIndex = state.Index };
        Assert.That(state.Apply(new KvChange(KeyAction.Delete, old, null, state.Index)), Is.SameAs(state));
    }

    [TestCase("")]
    [TestCase("/_coreos.com")]
    [TestCase("/_coreos.com/fleet")]
    public void Who_removes_what_holds_the_registry_empties_it(string key)
    {
        RegistryTree tree = new();
        tree.Set(s_keys.EngineVersion, "1");
        tree.Set(s_keys.JobObject("a.service"), RegistryValues.WriteJobObject("a.service", s_file.Hash));
        tree.Remove(key);
        Assert.That(RegistryText.Of(tree.State), Is.EqualTo(RegistryText.Of(RegistryState.Empty(s_keys))));
    }

    [Test]
    public void A_foreign_key_means_nothing()
    {
        RegistryTree tree = new();
        tree.Set("/_coreos.com/fleetish/engine/version", "1");
        tree.Set("/other", "1");
        tree.Set(s_keys.EngineLease, "x");
        Assert.That(RegistryText.Of(tree.State), Is.EqualTo(RegistryText.Of(RegistryState.Empty(s_keys))));
    }

    [Test]
    public void Changes_step_by_step_give_what_a_listing_gives([Range(1, 20)] int seed)
    {
        RegistryTree tree = new();
        RandomRegistry random = new(new Prng((ulong)seed), s_keys);
        int jobs = 0;
        for (int step = 0; step < 400; step++)
        {
            random.Step(tree);
            jobs = Math.Max(jobs, tree.State.Jobs.Count);
            if (step % 20 != 19)
                continue;
            RegistryState listed = RegistryState.Of(s_keys, tree.Listing(), tree.State.Index);
            Assert.That(RegistryText.Of(tree.State), Is.EqualTo(RegistryText.Of(listed)), $"step {step}");
        }

        Assert.That(jobs, Is.GreaterThan(1));
    }

    private static string Entry(string machine, string unit) =>
        RegistryValues.WriteEntry(new ScheduleEntry(machine, unit, s_file.Hash, ScheduleState.Launched));

    private static string State(string unit, string machine) =>
        RegistryValues.WriteState(
            new UnitStateRecord(unit, machine, new UnitStates("loaded", "active", "running"), s_file.Hash));
}
