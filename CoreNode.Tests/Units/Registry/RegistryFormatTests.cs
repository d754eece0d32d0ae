using System.Text;
using CoreNode.Foundation;
using CoreNode.Tests.Wal;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>Keys and values of units in the store are today what docs/formats.md says (golden file).</summary>
[TestFixture, Category("Conformance")]
internal sealed class RegistryFormatTests
{
    private const string File = "units-registry-v1.txt";
    private const string Unit = "web@1.service";
    private const string Machine = "0123456789abcdef0123456789abcdef";
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly UnitFile s_file = UnitFile.Of(
    [
        new("Unit", "Description", "a \"quoted\" name, ä and <b>"),
        new("Service", "ExecStart", "/bin/sh -c \"echo $$HOME\\n\""),
        new("X-Fleet", "Singleton", "yes"),
    ]);

    private static readonly UnitAnnouncement[] s_announced =
        [new("/services/web/1", "10.0.0.3:80"), new("/services/all/web1", "web1")];

    private static readonly JobRollout s_stopped =
        new(IsStopped: true, s_file.Hash, "web@1.service has failed", "");

    private static readonly MachineCordon s_drained =
        new(IsDraining: true, "update", "reboot") { Before = new MachineCordon(IsDraining: false, "disk", "ann") };

    [Test]
    public void Keys_and_values_are_written_as_the_golden_file()
    {
        StringBuilder text = new();
        foreach ((string key, string value) in Samples())
            text.Append(key).Append('\t').Append(value).Append('\n');
        GoldenFile.AssertIs(File, Encoding.UTF8.GetBytes(text.ToString()));
    }

    [Test]
    public void The_golden_file_is_understood()
    {
        RegistryTree tree = new();
        foreach (string line in Encoding.UTF8.GetString(GoldenFile.Read(File)).Split('\n')[..^1])
            tree.Set(line.Split('\t')[0], line.Split('\t')[1]);
        RegistryState state = tree.State;
        Assert.That(state.Problems, Is.Empty);
        Assert.That(state.EngineVersion, Is.EqualTo("1"));
        Job job = state.Jobs[Unit];
        Assert.That(job.File!.Text, Is.EqualTo(s_file.Text));
        Assert.That(
            (job.Desired, job.Target, job.JobState, job.Restart, job.IsReplica),
            Is.EqualTo((DesiredState.Launched, Machine, Machine, 3UL, true)));
        Assert.That(job.Notice, Is.EqualTo(Notice()));
        Assert.That(state.Jobs["plain.service"].IsReplica, Is.False);
        RegisteredMachine machine = state.Machines[Machine];
        Assert.That(RegistryValues.WriteMachine(machine.Object!), Is.EqualTo(RegistryValues.WriteMachine(Object())));
        Assert.That(machine.Machine!.Metadata, Is.EquivalentTo(new Dictionary<string, string> { ["zone"] = "y" }));
        Assert.That(machine.Cordon, Is.EqualTo(new MachineCordon(true, "disk", "ann")));
        Assert.That(state.Machines["m3"].Cordon, Is.EqualTo(s_drained));
        Assert.That(state.Partial["web@.service"].Rollout, Is.EqualTo(s_stopped));
        Assert.That(state.Partial["other@.service"].Rollout, Is.EqualTo(new JobRollout(false, "", "", "")));
        Assert.That(state.Entry("m3", "plain.service")!.Successor, Is.EqualTo("m2"));
        Assert.That(state.State("plain.service", "m3")!.IsAnnounced, Is.True);
        ScheduleEntry entry = state.Entry(Machine, Unit)!;
        Assert.That(
            (entry.Hash, entry.State, entry.IsSingleton, entry.Restart),
            Is.EqualTo((s_file.Hash, ScheduleState.Launched, true, 3UL)));
        Assert.That(
            state.State(Unit, Machine)! with { ModifiedIndex = StoreIndex.Zero }, Is.EqualTo(State()));
        Assert.That(
            state.Announced[Machine][Unit], Is.EqualTo(s_announced));
    }

    // Every key of docs/formats.md, with all fields and with as few as there can be.
    private static IEnumerable<(string Key, string Value)> Samples()
    {
        string other = "plain.service";
        yield return (s_keys.EngineVersion, RegistryValues.EngineVersion);
        yield return (s_keys.EngineLease, RegistryValues.WriteEngineLease(Machine));
        yield return (s_keys.Unit(s_file.Hash), RegistryValues.WriteUnit(s_file));
        yield return (s_keys.JobObject(Unit), RegistryValues.WriteJobObject(Unit, s_file.Hash, isReplica: true));
        yield return (s_keys.JobTargetState(Unit), DesiredStates.Word(DesiredState.Launched));
        yield return (s_keys.JobTarget(Unit), Machine);
        yield return (s_keys.JobState(Unit), Machine);
        yield return (s_keys.JobRestart(Unit), RegistryValues.WriteCounter(3));
        yield return (s_keys.JobNotice(Unit), RegistryValues.WriteNotice(Notice()));
        yield return (s_keys.JobObject(other), RegistryValues.WriteJobObject(other, s_file.Hash));
        yield return (s_keys.JobTargetState(other), DesiredStates.Word(DesiredState.Loaded));
        yield return (s_keys.JobNotice(other), RegistryValues.WriteNotice(new JobNotice("why")));
        yield return (s_keys.JobTargetState("off.service"), DesiredStates.Word(DesiredState.Inactive));
        yield return (s_keys.JobNotice("off.service"), RegistryValues.WriteNotice(
            new JobNotice("its machine is drained") { IsStaying = true }));
        yield return (s_keys.JobRollout("web@.service"), RegistryValues.WriteRollout(s_stopped));
        yield return (s_keys.JobRollout("other@.service"), RegistryValues.WriteRollout(new(false, "", "", "")));
        yield return (s_keys.MachineObject(Machine), RegistryValues.WriteMachine(Object()));
        yield return (s_keys.MachineMetadata(Machine, "zone"), "y");
        yield return (s_keys.MachineMetadata(Machine, "disk"), "");
        yield return (s_keys.MachineCordon(Machine), RegistryValues.WriteCordon(new(true, "disk", "ann")));
        yield return (s_keys.MachineObject("m2"), RegistryValues.WriteMachine(new MachineObject { Id = "m2" }));
        yield return (s_keys.MachineCordon("m2"), RegistryValues.WriteCordon(new(false, "", "")));
        yield return (s_keys.MachineCordon("m3"), RegistryValues.WriteCordon(s_drained));
        yield return (s_keys.ScheduleEntry("m3", other), RegistryValues.WriteEntry(
            new ScheduleEntry("m3", other, s_file.Hash, ScheduleState.Launched) { Successor = "m2" }));
        yield return (s_keys.UnitState(other, "m3"), RegistryValues.WriteState(
            new UnitStateRecord(other, "m3", new UnitStates("loaded", "active", "running"), s_file.Hash)
            {
                IsHealthy = true,
                IsAnnounced = true,
            }));
        yield return (s_keys.ScheduleEntry(Machine, Unit), RegistryValues.WriteEntry(
            new ScheduleEntry(Machine, Unit, s_file.Hash, ScheduleState.Launched) { IsSingleton = true, Restart = 3 }));
        yield return (s_keys.ScheduleEntry("m2", other), RegistryValues.WriteEntry(
            new ScheduleEntry("m2", other, s_file.Hash, ScheduleState.Loaded)));
        yield return (s_keys.ScheduleEntry("m2", "off.service"), RegistryValues.WriteEntry(
            new ScheduleEntry("m2", "off.service", s_file.Hash, ScheduleState.Revoked)));
        yield return (s_keys.UnitState(Unit, Machine), RegistryValues.WriteState(State()));
        yield return (s_keys.UnitState(other, "m2"), RegistryValues.WriteState(
            new UnitStateRecord(other, "m2", new UnitStates("loaded", "inactive", "dead"), s_file.Hash)));
        yield return (s_keys.Announced(Machine, Unit), RegistryValues.WriteAnnounced(s_announced));
    }

    private static JobNotice Notice() => new("it failed 2 times in a row")
    {
        Failures = 2,
        MachineId = Machine,
        NotBefore = s_time,
    };

    private static MachineObject Object() => new()
    {
        Id = Machine,
        PublicIp = "10.0.0.1",
        Metadata = new Dictionary<string, string> { ["zone"] = "x", ["disk"] = "ssd" },
        Version = "1.0.0",
        PeerUrls = ["http://10.0.0.1:2380", "http://[fd00::1]:2380"],
        MemoryBytes = 1L << 34,
        CpuMillis = 4000,
        Instance = "00000000000000ab",
    };

    private static UnitStateRecord State() =>
        new(Unit, Machine, new UnitStates("loaded", "failed", "failed"), s_file.Hash)
        {
            Result = "exit-code",
            ExitStatus = 203,
            Since = s_time,
            Reason = "it is gone",
            IsHealthy = false,
            Restart = 3,
        };
}
