using CoreNode.Cluster.Clients;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Units.Drains;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Units.Drains;

/// <summary>A store in memory with machines, and units that are placed on them; nobody plays the engine.</summary>
internal sealed class DrainStore
{
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    /// <summary>The store.</summary>
    public LocalKvClient Client { get; } =
        new(new MemoryKeyStore(TimeProvider.System), TimeProvider.System);

    /// <summary>Drains of its machines.</summary>
    public MachineDrain Drains => new(Client, s_keys, TimeProvider.System, NullLogger<RegistryFollower>.Instance);

    /// <summary>One whose cluster uses units.</summary>
    public static async Task<DrainStore> MakeAsync()
    {
        DrainStore made = new();
        await made.SetAsync(s_keys.EngineVersion, "1");
        return made;
    }

    /// <summary>A machine with that disk as its metadata and 2 GB of memory.</summary>
    public Task MachineAsync(string id, string disk) => SetAsync(
        s_keys.MachineObject(id),
        RegistryValues.WriteMachine(new MachineObject
        {
            Id = id,
            Metadata = new Dictionary<string, string> { ["disk"] = disk },
            MemoryBytes = 2L << 30,
        }));

    /// <summary>A unit with those lines in [X-Fleet], placed on a machine.</summary>
    public async Task PlaceAsync(string machine, string unit, string fleet, string target = "launched")
    {
        UnitFile file = UnitFile.Parse($"[Service]\nExecStart=/bin/true\n\n[X-Fleet]\n{fleet}\n", out _)!;
        await SetAsync(s_keys.Unit(file.Hash), RegistryValues.WriteUnit(file));
        await SetAsync(s_keys.JobObject(unit), RegistryValues.WriteJobObject(unit, file.Hash));
        await SetAsync(s_keys.JobTargetState(unit), target);
        await SetAsync(s_keys.JobTarget(unit), machine);
        await SetAsync(
            s_keys.ScheduleEntry(machine, unit),
            RegistryValues.WriteEntry(new ScheduleEntry(machine, unit, file.Hash, ScheduleState.Launched)));
    }

    /// <summary>A machine's cordon; null for none.</summary>
    public async Task<MachineCordon?> CordonAsync(string machine) =>
        await Client.GetAsync(s_keys.MachineCordon(machine), KvGetOptions.Linearizable, default) is KvOutcome.Done done
            ? RegistryValues.ReadCordon(done.Change.Node.Value!) : null;

    /// <summary>Writes a key.</summary>
    public async Task SetAsync(string key, string value) =>
        Assert.That(
            await Client.SetAsync(key, value, KvSetOptions.None, default), Is.InstanceOf<KvOutcome.Done>());
}
