using System.Buffers;
using System.Globalization;
using CoreNode.Cluster.Clients;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;
using CoreNode.Tests.Units.Scheduling;
using CoreNode.Units.Engine;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// What grows with machines and units, at 10,000 machines and 100,000 units (docs/scale.md): the leases of a leader,
/// the registry in the store and in the engine's memory, one plan. In this process, without a network.
/// </summary>
internal static class UnitsScaleRows
{
    private const int MachineCount = 10_000;
    private const int UnitCount = 100_000;

    private static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    public static Task<IReadOnlyList<Figure>> AllAsync(BenchmarkOptions options)
    {
        List<Figure> figures = [Leases(options)];
        figures.AddRange(Registry(1000, 10_000));
        figures.AddRange(Registry(MachineCount, UnitCount));
        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    // A lease of ten seconds is renewed every 2.5 s.
    private static Figure Leases(BenchmarkOptions options)
    {
        List<(double, double)> passes = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            TimeSpan lease = TimeSpan.FromSeconds(10);
            LeaseTable table = new(lease, TimeSpan.FromSeconds(0.75), lease);
            TimeSpan now = TimeSpan.FromSeconds(100);
            TimeSpan start = Processor;
            for (int second = 0; second < 10; second++)
            {
                for (int contact = 0; contact < 10; contact++)
                {
                    now += TimeSpan.FromSeconds(0.1);
                    table.Contact(now, now);
                    for (int i = 0; i < MachineCount / 25; i++)
                    {
                        int machine = (((second * 10) + contact) * (MachineCount / 25) + i) % MachineCount;
                        table.Enter(new LeaseRenewal(LargeCluster.Id(machine), 1, lease), 0, now, now);
                    }
                }

                table.NextEnd(now);
            }

            passes.Add((double.NaN, (Processor - start).TotalSeconds * 10));
        }

        return new(
            "leases of 10,000 machines: processor time of the leader's table, % of a core", "", Target.None, passes);
    }

    private static List<Figure> Registry(int machines, int units)
    {
        LargeCluster cluster = new(machines, units, seed: 1);
        KeyStateMachine store = new(new KvOptions(), new StoreStatistics());
        ulong log = 0;
        RegistryKeys keys = RegistryKeys.Default;
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        RegistryState registry = RegistryState.Empty(keys);
        void Set(string key, string value)
        {
            byte[] command = KvCommands.Set(KvText.Key(key), value, KvSetOptions.None, 0, out _)!;
            KeyOutcome outcome = store.Apply(command, new LogIndex(++log), new Term(1), 1);
            if (log % 32 == 0)
                store.Publish();
            registry = registry.Apply(KvText.Change(outcome.Event!, outcome.Index));
        }

        Set(keys.EngineVersion, RegistryValues.EngineVersion);
        foreach (Machine machine in cluster.Machines)
            Set(keys.MachineObject(machine.Id), Registration(machine));

        foreach (UnitToPlaceText unit in UnitToPlaceText.Of(cluster))
        {
            Set(keys.Unit(unit.File.Hash), RegistryValues.WriteUnit(unit.File));
            Set(keys.JobObject(unit.Name), RegistryValues.WriteJobObject(unit.Name, unit.File.Hash));
            Set(keys.JobTargetState(unit.Name), DesiredStates.Word(DesiredState.Launched));
        }

        double applied = (GC.GetTotalMemory(forceFullCollection: true) - heap) / 1e6;
        EnginePlanner planner = new(new EngineOptions());
        EnginePlan plan = Plan(planner, registry, EngineMemory.Empty, [], out double first);
        foreach (EngineWrite write in plan.Writes)
        {
            if (write.Value is { } value)
                Set(write.Key, value);
        }

        int entries = registry.ScheduleByUnit.Count;
        plan = Plan(planner, registry, plan.Memory, [], out double rest);
        Assert.That(plan.Writes, Is.Empty, "at rest nothing is written");
        plan = Plan(planner, registry, plan.Memory, [LargeCluster.Id(1)], out double lost);
        Assert.That(entries, Is.GreaterThan(units * 9 / 10), "nearly all are placed");
        Assert.That(plan.Writes, Is.Not.Empty, "what was on the lost machine moves");
        ArrayBufferWriter<byte> file = new(160 << 20);
        SnapshotWriter writer = new(store.Capture(), default);
        while (writer.WriteChunk(file))
        {
        }

        string what = string.Create(CultureInfo.InvariantCulture, $"{machines:N0} machines, {units:N0} units: ");
        return
        [
            One(what + "memory of store and registry before placing", "MB", applied),
            One(what + "keys of the store", "", store.Index.Value),
            One(what + "snapshot of the store", "MB", file.WrittenCount / 1e6),
            One(what + "processor time of the plan that places them all", "s", first),
            One(what + "processor time of a plan that finds nothing to do", "ms", rest * 1000),
            One(what + "processor time of the plan after a machine was lost", "ms", lost * 1000),
        ];
    }

    private static string Registration(Machine machine) => RegistryValues.WriteMachine(new MachineObject
    {
        Id = machine.Id,
        Metadata = machine.Metadata,
        MemoryBytes = machine.MemoryBytes,
        CpuMillis = 16_000,
        Version = "0.1.0",
        Instance = "1",
        PeerUrls = ["http://10.0.0.1:2380"],
    });

    private static Figure One(string name, string unit, double value) =>
        new(name, unit, Target.None, [(double.NaN, value)]);

    private static EnginePlan Plan(
        EnginePlanner planner, RegistryState registry, EngineMemory memory, HashSet<string> lost, out double seconds)
    {
        TimeSpan start = Processor;
        EnginePlan plan = planner.Plan(
            new EngineFacts { Registry = registry, Lost = lost, Now = DateTimeOffset.UnixEpoch }, memory);
        seconds = (Processor - start).TotalSeconds;
        return plan;
    }

    // The units of the large cluster as files.
    private sealed record UnitToPlaceText(string Name, UnitFile File)
    {
        public static IEnumerable<UnitToPlaceText> Of(LargeCluster cluster)
        {
            foreach (CoreNode.Units.Scheduling.UnitToPlace unit in cluster.Units)
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

                yield return new UnitToPlaceText(unit.Name, UnitFile.Parse(string.Join('\n', lines), out _)!);
            }
        }
    }
}
