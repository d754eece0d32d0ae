using System.Globalization;
using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;
using CoreNode.Tests.Units.Scheduling;
using CoreNode.Units.Engine;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A registry of many machines and units in a store in this process, and the plans that are made of it.
/// </summary>
internal sealed class LargeRegistry
{
    private readonly EnginePlanner _planner = new(new EngineOptions());
    private EngineMemory _memory = EngineMemory.Empty;
    private ulong _log;

    /// <summary>All units are to be launched and none is placed.</summary>
    public LargeRegistry(int machines, int units)
    {
        LargeCluster cluster = new(machines, units, seed: 1);
        Set(Keys.EngineVersion, RegistryValues.EngineVersion);
        foreach (Machine machine in cluster.Machines)
        {
            Set(Keys.MachineObject(machine.Id), RegistryValues.WriteMachine(new MachineObject
            {
                Id = machine.Id,
                Metadata = machine.Metadata,
                MemoryBytes = machine.MemoryBytes,
                CpuMillis = 16_000,
                Version = "0.1.0",
                Instance = "1",
                PeerUrls = ["http://10.0.0.1:2380"],
            }));
        }

        foreach (CoreNode.Units.Scheduling.UnitToPlace unit in cluster.Units)
        {
            UnitFile file = FileOf(unit);
            Set(Keys.Unit(file.Hash), RegistryValues.WriteUnit(file));
            Set(Keys.JobObject(unit.Name), RegistryValues.WriteJobObject(unit.Name, file.Hash));
            Set(Keys.JobTargetState(unit.Name), DesiredStates.Word(DesiredState.Launched));
        }
    }

    public RegistryKeys Keys => RegistryKeys.Default;

    public KeyStateMachine Store { get; } = new(new KvOptions(), new StoreStatistics());

    public RegistryState Registry { get; private set; } = RegistryState.Empty(RegistryKeys.Default);

    public HashSet<string> Lost { get; } = new(StringComparer.Ordinal);

    /// <summary>One plan with what it needs to know of leases, and its processor time in milliseconds.</summary>
    public double Plan(out EnginePlan plan)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        int machines = 0;
        foreach (string id in _planner.Machines(Registry))
            machines += Lost.Contains(id) ? 0 : 1;
        plan = _planner.Plan(
            new EngineFacts { Registry = Registry, Lost = Lost, Now = DateTimeOffset.UnixEpoch }, _memory);
        double spent = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
        Assert.That(machines, Is.GreaterThan(0));
        _memory = plan.Memory;
        return spent;
    }

    /// <summary>Does what a plan says.</summary>
    public void Write(EnginePlan plan)
    {
        foreach (EngineWrite write in plan.Writes)
        {
            if (write.Value is { } value)
                Set(write.Key, value);
            else
                Remove(write);
        }
    }

    public void Set(string key, string value) =>
        Apply(KvCommands.Set(KvText.Key(key), value, KvSetOptions.None, 0, out _)!);

    private void Remove(EngineWrite write)
    {
        KvDeleteOptions options = new() { IsDirectory = write.IsEmptyDirectory, IsRecursive = write.IsTree };
        Apply(KvCommands.Delete(KvText.Key(write.Key), options, out _)!);
    }

    private void Apply(byte[] command)
    {
        KeyOutcome outcome = Store.Apply(command, new LogIndex(++_log), new Term(1), 1);
        if (_log % 32 == 0)
            Store.Publish();
        // A folder in which something is left stays.
        if (outcome.Event is { } change)
            Registry = Registry.Apply(KvText.Change(change, outcome.Index));
    }

    private static UnitFile FileOf(CoreNode.Units.Scheduling.UnitToPlace unit)
    {
        UnitRequirements rules = unit.Requirements;
        List<string> lines =
        [
            "[Unit]", $"Description={unit.Name}", "[Service]", "ExecStart=/usr/bin/run --name %n", "[X-Fleet]",
            string.Create(CultureInfo.InvariantCulture, $"MemoryReserve={rules.MemoryReserveBytes}"),
            string.Create(CultureInfo.InvariantCulture, $"CPUReserve={rules.CpuReserveMillis / 10}%"),
        ];
        foreach (string pattern in rules.Conflicts)
            lines.Add("Conflicts=" + pattern);
        foreach (string peer in rules.MachineOf)
            lines.Add("MachineOf=" + peer);
        foreach (MetadataRequirement wanted in rules.MachineMetadata)
        {
            foreach (string value in wanted.Values)
                lines.Add($"MachineMetadata={wanted.Key}={value}");
        }

        return UnitFile.Parse(string.Join('\n', lines), out _)!;
    }
}
