using System.Globalization;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// The units of this machine by their keys: cordoned as draining, waited for until none is placed here, uncordoned.
/// Where no units are used in the cluster there is nothing to do, and nothing is written.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="machineId">The machine.</param>
/// <param name="time">The clock.</param>
internal sealed class MachineUnits(IKvClient store, string machineId, TimeProvider time) : IDrain
{
    /// <summary>Who sets such a cordon.</summary>
    internal const string By = "reboot";

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(300);
    private readonly RegistryKeys _keys = RegistryKeys.Default;

    /// <inheritdoc/>
    public async Task CordonAsync(string why, CancellationToken cancellation)
    {
        if (await ReadAsync(_keys.MachineObject(machineId), cancellation) is null)
            return;
        // A cordon of a person's stays theirs.
        if (await ReadAsync(_keys.MachineCordon(machineId), cancellation) is { Value: { } value }
            && RegistryValues.ReadCordon(value) is { By: not By })
        {
            return;
        }

        await WriteAsync(new MachineCordon(IsDraining: false, why, By), cancellation);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(string why, TimeSpan limit, Action<string> told, CancellationToken cancellation)
    {
        if (await ReadAsync(_keys.MachineObject(machineId), cancellation) is null)
            return;
        if (await ReadAsync(_keys.MachineCordon(machineId), cancellation) is { Value: { } value }
            && RegistryValues.ReadCordon(value) is { By: By })
        {
            await WriteAsync(new MachineCordon(IsDraining: true, why, By), cancellation);
        }

        long begun = time.GetTimestamp();
        int before = -1;
        while (time.GetElapsedTime(begun) < limit)
        {
            KvNode? placed = await ReadAsync(_keys.Schedule(machineId), cancellation);
            int left = placed?.Nodes.Count ?? 0;
            if (left == 0)
                return;
            if (left != before)
                told(string.Create(CultureInfo.InvariantCulture, $"{left} units are here still"));
            before = left;
            await Task.Delay(s_look, time, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task UncordonAsync(CancellationToken cancellation)
    {
        if (await ReadAsync(_keys.MachineCordon(machineId), cancellation) is not { Value: { } value } node
            || RegistryValues.ReadCordon(value) is not { By: By })
        {
            return;
        }

        KvOutcome outcome = await store.DeleteAsync(
            _keys.MachineCordon(machineId), KvDeleteOptions.None with { PreviousIndex = node.ModifiedIndex },
            cancellation);
        Check(outcome, "the machine is not uncordoned");
    }

    private async Task WriteAsync(MachineCordon cordon, CancellationToken cancellation) => Check(
        await store.SetAsync(
            _keys.MachineCordon(machineId), RegistryValues.WriteCordon(cordon), KvSetOptions.None, cancellation),
        "the machine is not cordoned");

    private async Task<KvNode?> ReadAsync(string key, CancellationToken cancellation) =>
        await store.GetAsync(key, KvGetOptions.Linearizable, cancellation) switch
        {
            KvOutcome.Done done => done.Change.Node,
            KvOutcome.Refused { Error.Code: (int)ErrorCode.KeyNotFound } => null,
            KvOutcome other => throw new IOException($"the store does not answer: {other}"),
        };

    private static void Check(KvOutcome outcome, string what)
    {
        bool isGone = outcome is KvOutcome.Refused { Error.Code: (int)ErrorCode.KeyNotFound };
        if (outcome is not KvOutcome.Done && !isGone)
            throw new IOException($"{what}: {outcome}");
    }
}
