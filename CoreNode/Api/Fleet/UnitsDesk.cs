using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet;

/// <summary>What every request of the units' surfaces works with.</summary>
/// <param name="Options">Settings.</param>
/// <param name="Registry">How units stand.</param>
/// <param name="Writer">What people want, into the store.</param>
/// <param name="Hold">Units that are shown as launched a little longer.</param>
/// <param name="Figures">What is counted.</param>
internal sealed record UnitsDesk(
    FleetOptions Options, UnitsRegistry Registry, RegistryWriter Writer, LaunchedHold Hold, FleetFigures Figures)
{
    /// <summary>Waits until this node sees its own write; nothing where there was none.</summary>
    public async Task SeeAsync(RegistryFollower follower, WriteResult result, CancellationToken cancellation)
    {
        if (result.IsDone && result.Index != default)
            await Registry.SeeAsync(follower, result.Index, cancellation);
    }
}
