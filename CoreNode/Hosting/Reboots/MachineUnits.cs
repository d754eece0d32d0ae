using System.Globalization;
using System.Text;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Store;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// The units of this machine. Where it runs none in this cluster there is nothing to do, and nothing is written.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="drain">Who cordons and drains.</param>
/// <param name="machineId">The machine.</param>
internal sealed class MachineUnits(IKvClient store, MachineDrain drain, string machineId) : IDrain
{
    /// <summary>Whose such a cordon is.</summary>
    internal const string By = "reboot";

    private const int MostNamed = 3;

    private readonly string _key = RegistryKeys.Default.MachineObject(machineId);

    /// <inheritdoc/>
    public async Task CordonAsync(string why, CancellationToken cancellation)
    {
        if (await IsRegisteredAsync(cancellation))
            await drain.CordonAsync(machineId, why, By, cancellation);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(string why, TimeSpan limit, Action<string> told, CancellationToken cancellation)
    {
        if (!await IsRegisteredAsync(cancellation))
            return;
        DrainEnd end = await drain.DrainAsync(
            machineId, why, By, limit, progress => told(Text(progress.Left)), cancellation);
        if (end.Kind == DrainEndKind.TakenBack)
            throw new IOException("somebody took the machine back into use meanwhile: corenode machine drain");
    }

    /// <inheritdoc/>
    public Task UncordonAsync(CancellationToken cancellation) => drain.UncordonAsync(machineId, By, cancellation);

    /// <summary>Units by name with what each waits for; the first few.</summary>
    internal static string Text(IReadOnlyList<StayingUnit> units)
    {
        if (units.Count == 0)
            return "no unit is left";
        StringBuilder text = new();
        for (int i = 0; i < units.Count && i < MostNamed; i++)
            text.Append(i > 0 ? "; " : "").Append(units[i].Unit).Append(": ").Append(units[i].Reason);
        if (units.Count > MostNamed)
            text.Append(CultureInfo.InvariantCulture, $"; and {units.Count - MostNamed} more");
        return text.ToString();
    }

    private async Task<bool> IsRegisteredAsync(CancellationToken cancellation) =>
        await store.GetAsync(_key, KvGetOptions.Linearizable, cancellation) switch
        {
            KvOutcome.Done => true,
            KvOutcome.Refused { Error.Code: (int)ErrorCode.KeyNotFound } => false,
            KvOutcome other => throw new IOException($"the store does not answer: {other}"),
        };
}
