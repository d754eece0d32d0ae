using CoreNode.Api.Fleet;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Leases;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster;
using CoreNode.Cluster.Clients;
using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Peers;
using CoreNode.Platform;

namespace CoreNode.Hosting.Wiring;

/// <summary>The module units on a member: the store without a socket, and leases that this member may grant.</summary>
internal sealed class MemberUnits : IAsyncDisposable
{
    private readonly UnitsModule _module;
    private readonly LeaderLeases _leases;
    private readonly LeaseClient _lease;
    private readonly UnitsPlace _place;

    private MemberUnits(
        UnitsModule module, LeaderLeases leases, LeaseClient lease, UnitsPlace place, FleetSurface surface)
    {
        _module = module;
        _leases = leases;
        _lease = lease;
        _place = place;
        Surface = surface;
    }

    /// <summary>What the HTTP server is given.</summary>
    public FleetSurface Surface { get; }

    /// <summary>Wires the module to a running member.</summary>
    public static MemberUnits Make(
        UnitsModule module, NodeOptions options, NodeProcess process, Replica replica, PeerTransport transport,
        MemberServices services)
    {
        LeaseTimes times = new() { Lease = options.Units.Lease, ElectionTimeout = options.ElectionTimeout };
        LeaderLeases leases = LeaderLeases.Create(
            replica, times, BootClock.Instance, process.Logs, module.RegisteredInstance);
        LocalKvClient store = new(replica, TimeProvider.System);
        services.Bind(leases, store);
        NodeRequests requests = transport.RequestsOf(new PeerIdentity(replica.ClusterId, replica.Self));
        LeaseClient lease = new(
            () => requests, () => replica.Members, BootClock.Instance, new LeaseClientOptions(), replica.Self,
            leases.AnswerAsync);
        UnitsPlace place = new(store, lease, leases, options.AdvertisePeerUrls);
        return new MemberUnits(module, leases, lease, place, module.MakeSurface(place, () => requests));
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(_leases.RunAsync(stop), _module.RunAsync(_place, stop));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _module.DisposeAsync();
    }
}
