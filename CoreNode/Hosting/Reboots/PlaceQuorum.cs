using CoreNode.Reboots;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Units.Drains;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// What would break without this machine: its store, as the kind of node says, and singletons that have no other
/// place.
/// </summary>
/// <param name="place">The node.</param>
/// <param name="drains">Who knows the units.</param>
/// <param name="machineId">The machine.</param>
internal sealed class PlaceQuorum(RebootsPlace place, MachineDrain drains, string machineId) : IQuorum, ILeadership
{
    /// <inheritdoc/>
    public async Task<RebootPermission> LookAsync(bool isLast, CancellationToken cancellation)
    {
        RebootPermission store = await place.LookAsync(isLast, cancellation);
        if (store.Breaks.Length > 0)
            return store;
        IReadOnlyList<StayingUnit> only = await drains.OnlyHereAsync(machineId, cancellation);
        return only.Count == 0
            ? RebootPermission.Granted
            : new RebootPermission(
                "singletons would run nowhere, as no other machine can take them: " + MachineUnits.Text(only),
                IsUnavoidable: false);
    }

    /// <inheritdoc/>
    public Task MoveAwayAsync(CancellationToken cancellation) => place.MoveLeaderAsync(cancellation);
}
