using System.Diagnostics;
using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// What every node that follows units keeps in memory: the state of 100,000 running units on 10,000 machines, read from
/// a listing and changed step by step. In this process, in the runtime that tests run in.
/// </summary>
internal static class RegistryRows
{
    private const int Units = 100_000;
    private const int Machines = 10_000;

    public static Task<IReadOnlyList<Figure>> LargeAsync(BenchmarkOptions options)
    {
        List<(double, double)> reads = [];
        List<(double, double)> sizes = [];
        List<(double, double)> changes = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            KvNode listing = Listing();
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long start = Stopwatch.GetTimestamp();
            RegistryState state = RegistryState.Of(RegistryKeys.Default, listing, new StoreIndex(10_000_000));
            reads.Add((double.NaN, Stopwatch.GetElapsedTime(start).TotalSeconds));
            Assert.That(state.Jobs, Has.Count.EqualTo(Units));
            Assert.That(state.Problems, Is.Empty);
            sizes.Add((double.NaN, (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6));
            GC.KeepAlive(listing);
            changes.Add((double.NaN, Changes(state)));
        }

        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new("100,000 units on 10,000 machines: registry read from a listing", "s", new Target.AtMost(5), reads),
            new("the same in memory", "MB", new Target.AtMost(500), sizes),
            new("the same: one change of a state", "µs", new Target.AtMost(100), changes),
        ]);
    }

    private static double Changes(RegistryState state)
    {
        const int Count = 20_000;
        UnitStates failed = new("loaded", "failed", "failed");
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Count; i++)
        {
            string unit = Unit(i * 5);
            string machine = Machine(i * 5 % Machines);
            StoreIndex index = new((ulong)(10_000_001 + i));
            KvNode node = Node(
                RegistryKeys.Default.UnitState(unit, machine),
                RegistryValues.WriteState(new UnitStateRecord(unit, machine, failed, "cafe")),
                index.Value);
            state = state.Apply(new KvChange(KeyAction.Set, node, null, index));
        }

        double each = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Count;
        Assert.That(state.State(Unit(0), Machine(0))!.HasFailed, Is.True);
        return each;
    }

    private static KvNode Listing()
    {
        RegistryKeys keys = RegistryKeys.Default;
        List<KvNode> nodes = [];
        ulong index = 1;
        UnitFile[] files = new UnitFile[1000];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = UnitFile.Of(
            [
                new("Unit", "Description", string.Create(CultureInfo.InvariantCulture, $"service {i}")),
                new("Service", "ExecStart", "/usr/bin/service --port 80"),
                new("X-Fleet", "Conflicts", "web@*.service"),
                new("X-Fleet", "MachineMetadata", "disk=ssd"),
            ]);
            nodes.Add(Node(keys.Unit(files[i].Hash), RegistryValues.WriteUnit(files[i]), index++));
        }

        for (int i = 0; i < Machines; i++)
        {
            MachineObject machine = new()
            {
                Id = Machine(i),
                PublicIp = "10.0.0.1",
                Version = "1.0.0",
                MemoryBytes = 1L << 36,
                CpuMillis = 16_000,
            };
            nodes.Add(Node(keys.MachineObject(machine.Id), RegistryValues.WriteMachine(machine), index++));
        }

        UnitStates running = new("loaded", "active", "running");
        for (int i = 0; i < Units; i++)
        {
            string unit = Unit(i);
            string machine = Machine(i % Machines);
            string hash = files[i % files.Length].Hash;
            nodes.Add(Node(keys.JobObject(unit), RegistryValues.WriteJobObject(unit, hash), index++));
            nodes.Add(Node(keys.JobTargetState(unit), "launched", index++));
            nodes.Add(Node(keys.JobTarget(unit), machine, index++));
            nodes.Add(Node(keys.JobState(unit), machine, index++));
            ScheduleEntry entry = new(machine, unit, hash, ScheduleState.Launched);
            nodes.Add(Node(keys.ScheduleEntry(machine, unit), RegistryValues.WriteEntry(entry), index++));
            UnitStateRecord state = new(unit, machine, running, hash);
            nodes.Add(Node(keys.UnitState(unit, machine), RegistryValues.WriteState(state), index++));
        }

        return new KvNode { Key = keys.Prefix, IsDirectory = true, Nodes = nodes };
    }

    private static KvNode Node(string key, string value, ulong index) => new()
    {
        Key = key,
        Value = value,
        CreatedIndex = new StoreIndex(index),
        ModifiedIndex = new StoreIndex(index),
    };

    private static string Unit(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"web@{number}.service");

    private static string Machine(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:x8}000000000000000000000000");
}
