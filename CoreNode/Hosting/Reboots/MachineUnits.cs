using System.Text;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Units.Drains;

namespace CoreNode.Hosting.Reboots;

/// <summary>The units of this machine. Where the cluster runs none there is nothing to do, and nothing is written.</summary>
/// <param name="drains">Who empties machines.</param>
/// <param name="machineId">The machine.</param>
internal sealed class MachineUnits(MachineDrain drains, string machineId) : IDrain
{
    /// <summary>Who sets such a cordon.</summary>
    internal const string By = "reboot";

    private const int MostNamed = 3;

    /// <inheritdoc/>
    public async Task CordonAsync(string why, CancellationToken cancellation)
    {
        if (await IsKnownAsync(cancellation))
            await drains.CordonAsync(machineId, why, By, cancellation);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(string why, TimeSpan limit, Action<string> told, CancellationToken cancellation)
    {
        if (!await IsKnownAsync(cancellation))
            return;
        await drains.DrainAsync(
            machineId, why, By, limit, progress => told(Text(progress.Left)), cancellation);
    }

    /// <inheritdoc/>
    public Task UncordonAsync(CancellationToken cancellation) =>
        drains.UncordonAsync(machineId, By, cancellation);

    /// <summary>Units by name with what each waits for; the first few.</summary>
    internal static string Text(IReadOnlyList<StayingUnit> units)
    {
        StringBuilder text = new();
        for (int i = 0; i < units.Count && i < MostNamed; i++)
            text.Append(i > 0 ? "; " : "").Append(units[i].Unit).Append(": ").Append(units[i].Reason);
        if (units.Count > MostNamed)
            text.Append("; and ").Append(units.Count - MostNamed).Append(" more");
        return text.ToString();
    }

    private async Task<bool> IsKnownAsync(CancellationToken cancellation)
    {
        foreach (string known in await drains.ListAsync(cancellation))
        {
            if (known == machineId)
                return true;
        }

        return false;
    }
}
