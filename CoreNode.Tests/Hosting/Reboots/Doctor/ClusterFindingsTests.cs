using CoreNode.Foundation;
using CoreNode.Hosting.Reboots.Doctor;
using CoreNode.RebootLock;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Hosting.Reboots.Doctor;

/// <summary>What doctor makes of what the machines of a cluster say.</summary>
[TestFixture, Category("Unit")]
internal sealed class ClusterFindingsTests
{
    private const string Own = "11111111111111111111111111111111";
    private const string Second = "22222222222222222222222222222222";
    private const string Worker = "33333333333333333333333333333333";

    private static readonly RegistryKeys s_keys = RegistryKeys.Default;
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);
    private static readonly MachineReport s_own = new(Own, "a", "1.0", "7.1", "", []);
    private static readonly AskedMachine s_second = new("b", "2", Second, ["http://10.0.0.2:2380"]);

    [Test]
    public void Members_are_asked_and_registered_machines_that_are_none()
    {
        RegistryState registry = Registry(
            Machine(Own, "http://10.0.0.1:2380"), Machine(Second, "http://10.0.0.2:2380/"),
            Machine(Worker, "http://10.0.0.9:2380"), Machine("foreign"));
        Member[] members = [new(new NodeId(2), "b", ["http://10.0.0.2:2380"], [])];
        List<AskedMachine> asked = ClusterFindings.Machines(members, registry, Own);
        Assert.That(
            asked.Select(static one => (one.Label, one.Machine)),
            Is.EqualTo(new[] { ("b", Second), (Worker, Worker) }));
        Assert.That(ClusterFindings.Machines(members, null, Own).Single().Label, Is.EqualTo("b"));
    }

    [Test]
    public void A_machine_that_does_not_answer_is_a_problem_unless_it_may_restart()
    {
        MachineAnswer silent = new(s_second, null, "connection refused");
        UpdateFinding found = ClusterFindings.OfAnswer(silent, mayRestart: false).Single();
        Assert.That((found.Level, found.Machine), Is.EqualTo((UpdateFindingLevel.Problem, "b")));
        Assert.That(found.Text, Is.EqualTo($"it does not answer ({Second}): connection refused"));
        Assert.That(found.Advice, Does.EndWith("corenode member remove 2"));
        Assert.That(
            ClusterFindings.OfAnswer(silent, mayRestart: true).Single().Level,
            Is.EqualTo(UpdateFindingLevel.Warning));
        Assert.That(
            ClusterFindings.OfAnswer(silent with { IsThere = true }, mayRestart: false).Single().Level,
            Is.EqualTo(UpdateFindingLevel.Warning));
    }

    [Test]
    public void What_a_machine_finds_of_itself_goes_by_its_name()
    {
        UpdateFinding own = UpdateFinding.Warning("reboots", "the strategy is off", "corenode reboot strategy default");
        MachineReport report = new(Second, "b", "1.0", "7.1", "", [own]);
        MachineReport read = ReportJson.Read(ReportJson.Write(report))!;
        List<UpdateFinding> found = ClusterFindings.OfAnswer(new(s_second, read, ""), mayRestart: false);
        Assert.That(found[0].Text, Is.EqualTo($"{Second}; corenode 1.0; 7.1 runs"));
        Assert.That(found[1], Is.EqualTo(own with { Machine = "b" }));
        foreach (string text in (string[])["", "[]", "{}", "{\"findings\":1}", "{\"findings\":[1]}"])
            Assert.That(ReportJson.Read(System.Text.Encoding.UTF8.GetBytes(text)), Is.Null, text);
    }

    [Test]
    public void Versions_that_differ_are_told_with_who_runs_them()
    {
        MachineAnswer same = new(s_second, new MachineReport(Second, "b", "1.0", "7.1", "", []), "");
        Assert.That(ClusterFindings.OfVersions(s_own, [same, new(s_second, null, "away")]), Is.Empty);
        MachineAnswer newer = same with { Report = same.Report! with { Program = "1.1", Release = "7.2" } };
        Assert.That(
            ClusterFindings.OfVersions(s_own, [newer]).Select(static one => $"{one.What}: {one.Text}"),
            Is.EqualTo((string[])
            [
                "versions of corenode: 1.0 on a; 1.1 on b", "versions that run: 7.1 on a; 7.2 on b",
            ]));
    }

    [Test]
    public void Each_group_of_the_lock_is_looked_at_once()
    {
        MachineReport db = new(Second, "b", "1.0", "", "db", []);
        Assert.That(
            ClusterFindings.Groups(s_own, [new(s_second, db, ""), new(s_second, db, ""), new(s_second, null, "")]),
            Is.EqualTo((string[])["", "db"]));
    }

    [Test]
    public void A_holder_is_here_or_away_or_nobody_knows()
    {
        RegistryState registry = Registry(Machine(Worker, "http://10.0.0.9:2380"));
        MachineAnswer silent = new(s_second, null, "away");
        MachineAnswer there = new(s_second, new MachineReport(Second, "b", "1.0", "", "", []), "");
        LockHolder second = Holder(Second);
        Assert.That(Place(Holder(Own), [], null), Is.EqualTo(HolderPlace.Here));
        Assert.That(Place(second, [there], null), Is.EqualTo(HolderPlace.Here));
        Assert.That(Place(second, [silent with { IsThere = true }], null), Is.EqualTo(HolderPlace.Here));
        Assert.That(Place(second, [silent], null), Is.EqualTo(HolderPlace.Away));
        Assert.That(Place(Holder(Worker), [], registry), Is.EqualTo(HolderPlace.Away));
        Assert.That(Place(Holder("zincati"), [silent], registry), Is.EqualTo(HolderPlace.Unknown));
        LockHolder heard = Holder("x") with { Since = s_now.AddHours(-1), Heard = s_now.AddSeconds(-20) };
        Assert.That(Place(heard, [], null), Is.EqualTo(HolderPlace.Here));
        Assert.That(
            Place(heard with { Heard = s_now.AddMinutes(-20) }, [], null), Is.EqualTo(HolderPlace.Away));
        Assert.That(
            Place(heard with { Heard = s_now.AddHours(-2) }, [], null), Is.EqualTo(HolderPlace.Unknown),
            "of an earlier hold");
    }

    [Test]
    public void Cordons_of_people_and_units_that_hold_up_a_drain_are_told()
    {
        UnitFile file = UnitFile.Parse("[Service]\nExecStart=/bin/true\n", out _)!;
        RegistryState registry = Registry(
            Machine(Worker, "http://10.0.0.9:2380"),
            (s_keys.MachineCordon(Worker), RegistryValues.WriteCordon(new MachineCordon(true, "disk", "alice"))),
            (s_keys.Unit(file.Hash), RegistryValues.WriteUnit(file)),
            (s_keys.JobObject("db.service"), RegistryValues.WriteJobObject("db.service", file.Hash)),
            (s_keys.JobTargetState("db.service"), "launched"),
            (s_keys.JobTarget("db.service"), Worker),
            (s_keys.JobNotice("db.service"),
                RegistryValues.WriteNotice(new JobNotice("no other machine has disk=ssd") { IsStaying = true })),
            (s_keys.ScheduleEntry(Worker, "db.service"), RegistryValues.WriteEntry(
                new ScheduleEntry(Worker, "db.service", file.Hash, ScheduleState.Launched))));
        List<UpdateFinding> found = ClusterFindings.OfCordons(registry);
        Assert.That(found[0].Advice, Is.EqualTo($"corenode machine uncordon {Worker}"));
        Assert.That(
            found[1].Text, Is.EqualTo($"db.service does not leave {Worker}: no other machine has disk=ssd"));
    }

    private static HolderPlace Place(
        LockHolder holder, IReadOnlyList<MachineAnswer> answers, RegistryState? registry) =>
        ClusterFindings.PlaceOf(holder, s_now, s_own, answers, registry);

    private static LockHolder Holder(string id) => new(id, null, "", null);

    private static (string Key, string Value) Machine(string id, params string[] urls) =>
        (s_keys.MachineObject(id), RegistryValues.WriteMachine(new MachineObject { Id = id, PeerUrls = urls }));

    private static RegistryState Registry(params (string Key, string Value)[] keys)
    {
        RegistryState registry = RegistryState.Empty(s_keys);
        ulong index = 0;
        foreach ((string key, string value) in keys)
        {
            StoreIndex at = new(++index);
            KvNode node = new() { Key = key, Value = value, CreatedIndex = at, ModifiedIndex = at };
            registry = registry.Apply(new KvChange(KeyAction.Set, node, null, node.ModifiedIndex));
        }

        return registry;
    }
}
