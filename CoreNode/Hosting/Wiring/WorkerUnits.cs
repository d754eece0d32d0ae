using CoreNode.Api.Fleet;
using CoreNode.Api.Peers.Leases;
using CoreNode.Api.Peers.Requests;
using CoreNode.Api.Peers.Store;
using CoreNode.Platform;
using CoreNode.Store;

namespace CoreNode.Hosting.Wiring;

/// <summary>
/// The module units on a worker: store and lease through requests to the members, once they are known. A worker never
/// decides for other machines.
/// </summary>
internal sealed class WorkerUnits : IAsyncDisposable
{
    // Many times as many as there can be members, so that each is the first one of as many workers.
    private const ulong Homes = 5040;

    private readonly UnitsModule _module;
    private readonly LeaseClient _lease;
    private readonly UnitsPlace _place;

    private WorkerUnits(UnitsModule module, LeaseClient lease, UnitsPlace place, FleetSurface surface)
    {
        _module = module;
        _lease = lease;
        _place = place;
        Surface = surface;
    }

    /// <summary>What the HTTP server is given.</summary>
    public FleetSurface Surface { get; }

    /// <summary>Wires the module to a worker.</summary>
    /// <param name="module">The module.</param>
    /// <param name="options">The node's.</param>
    /// <param name="requests">The way to other nodes; null while the cluster is not known yet.</param>
    /// <param name="members">The members as they are known now.</param>
    public static WorkerUnits Make(
        UnitsModule module, NodeOptions options, Func<NodeRequests?> requests, Func<IReadOnlyList<Member>> members)
    {
        LeaseClient lease = new(requests, members, BootClock.Instance, new LeaseClientOptions());
        NodeKvClient store = new(requests, members, TimeProvider.System, (int)(module.Instance % Homes));
        UnitsPlace place = new(store, lease, Leadership: null, options.AdvertisePeerUrls);
        return new WorkerUnits(module, lease, place, module.MakeSurface(place, requests));
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken stop) => _module.RunAsync(_place, stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _module.DisposeAsync();
    }
}
