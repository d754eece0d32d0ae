using CoreNode.Api.FleetLock;
using CoreNode.Hosting.Reboots;
using CoreNode.Units.Drains;

namespace CoreNode.Hosting.FleetLock;

/// <summary>
/// Machines that something else updates and that run units here: emptied as before a reboot of their own node. Only a
/// singleton that no other machine can take keeps one from going; whatever else stays is stopped by the reboot.
/// </summary>
internal sealed class ClusterDrains(MachineDrain drains) : IMachineDrains
{
    private const string By = "fleetlock";
    private const string Reason = "it restarts, and asked by FleetLock";

    // The client gives up after half an hour, and asks again.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(25);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListMachinesAsync(CancellationToken cancellation) =>
        drains.ListAsync(cancellation);

    /// <inheritdoc/>
    public async Task<string?> ObstacleAsync(string machineId, CancellationToken cancellation)
    {
        IReadOnlyList<StayingUnit> only = await drains.OnlyHereAsync(machineId, cancellation);
        return only.Count == 0
            ? null
            : "singletons would run nowhere, as no other machine can take them: " + MachineUnits.Text(only);
    }

    /// <inheritdoc/>
    public async Task<string?> DrainAsync(string machineId, CancellationToken cancellation)
    {
        if (await ObstacleAsync(machineId, cancellation) is { } obstacle)
            return obstacle;
        await drains.DrainAsync(machineId, Reason, By, s_limit, static _ => { }, cancellation);
        return null;
    }

    /// <inheritdoc/>
    public Task UncordonAsync(string machineId, CancellationToken cancellation) =>
        drains.UncordonAsync(machineId, By, cancellation);
}
