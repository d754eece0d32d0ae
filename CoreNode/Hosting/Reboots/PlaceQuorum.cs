using CoreNode.Reboots;
using CoreNode.Reboots.Service.Ports;

namespace CoreNode.Hosting.Reboots;

/// <summary>The kind of node says what would break, and where leadership goes.</summary>
internal sealed class PlaceQuorum(RebootsPlace place) : IQuorum, ILeadership
{
    /// <inheritdoc/>
    public Task<RebootPermission> LookAsync(CancellationToken cancellation) => place.LookAsync(cancellation);

    /// <inheritdoc/>
    public Task MoveAwayAsync(CancellationToken cancellation) => place.MoveLeaderAsync(cancellation);
}
