using CoreNode.Foundation;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>Random writes to a registry: few names, so that they meet; damaged values among them.</summary>
internal sealed class RandomRegistry(Prng chance, RegistryKeys keys)
{
    private static readonly string[] s_units = ["a.service", "b@1.service", "b@2.service", "c.timer", "no-unit"];
    private static readonly string[] s_machines = ["m1", "m2", "m3"];

    private static readonly UnitFile[] s_files =
    [
        UnitFile.Of([new("Service", "ExecStart", "/bin/a")]),
        UnitFile.Of([new("Service", "ExecStart", "/bin/b"), new("X-Fleet", "MachineID", "%i")]),
        UnitFile.Of([new("Service", "ExecStart", "/bin/c"), new("X-Fleet", "Global", "yes")]),
    ];

    public void Step(RegistryTree tree)
    {
        string unit = Any(s_units);
        string machine = Any(s_machines);
        if (Below(6) == 0)
        {
            tree.Remove(Removed(tree, unit, machine));
            return;
        }

        UnitFile file = s_files[Below(s_files.Length)];
        UnitStates states = new("loaded", Any(["active", "failed"]), "x");
        (string key, string value) = Below(14) switch
        {
            0 => (keys.EngineVersion, "1"),
            1 or 2 => (keys.Unit(file.Hash), RegistryValues.WriteUnit(Below(8) == 0 ? s_files[0] : file)),
            3 or 4 => (keys.JobObject(unit), RegistryValues.WriteJobObject(unit, file.Hash)),
            5 => (keys.JobTargetState(unit), Any(["inactive", "loaded", "launched"])),
            6 => (keys.JobTarget(unit), machine),
            7 => (keys.JobState(unit), machine),
            8 => (keys.JobRestart(unit), RegistryValues.WriteCounter((ulong)Below(5))),
            9 => (keys.JobNotice(unit), RegistryValues.WriteNotice(new JobNotice("why") { Failures = Below(3) })),
            10 => (keys.UnitState(unit, machine),
                RegistryValues.WriteState(new UnitStateRecord(unit, machine, states, file.Hash))),
            11 => (keys.ScheduleEntry(machine, unit), RegistryValues.WriteEntry(
                new ScheduleEntry(machine, unit, file.Hash, (ScheduleState)Below(3)))),
            12 => (keys.Announced(machine, unit), RegistryValues.WriteAnnounced([new("/x/" + unit, machine)])),
            _ => OfMachine(machine),
        };
        tree.Set(key, Below(8) == 0 ? "{damaged" : value);
    }

    private (string Key, string Value) OfMachine(string machine) => Below(3) switch
    {
        0 => (keys.MachineObject(machine), RegistryValues.WriteMachine(new MachineObject { Id = machine })),
        1 => (keys.MachineMetadata(machine, Any(["k", "l"])), Any(["", "v"])),
        _ => (keys.MachineCordon(machine), RegistryValues.WriteCordon(new MachineCordon(Below(2) == 0, "", ""))),
    };

    private string Removed(RegistryTree tree, string unit, string machine)
    {
        string[] known = [.. tree.Keys];
        if (known.Length > 0 && Below(2) == 0)
            return known[Below(known.Length)];
        return Below(30) switch
        {
            0 => keys.Prefix,
            1 => keys.Jobs,
            2 => keys.Units,
            3 => keys.States,
            4 => keys.Machines,
            5 => keys.Schedules,
            6 or 7 or 8 => keys.Machine(machine),
            9 or 10 or 11 => keys.Schedule(machine),
            12 or 13 or 14 => keys.Announced(machine),
            15 or 16 or 17 => keys.MachineMetadata(machine),
            18 or 19 or 20 => keys.UnitStates(unit),
            _ => keys.Job(unit),
        };
    }

    private string Any(string[] words) => words[Below(words.Length)];

    private int Below(int limit) => (int)(chance.NextUInt64() % (ulong)limit);
}
