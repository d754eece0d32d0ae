using System.Runtime.CompilerServices;
using CoreNode.Api;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Store;
using CoreNode.Api.Relay;
using CoreNode.Hosting.FleetLock;
using CoreNode.Hosting.Overlay;
using CoreNode.Hosting.Reboots;
using CoreNode.Hosting.Updates;
using CoreNode.Hosting.Updates.Sharing;
using CoreNode.Hosting.Wiring;
using CoreNode.Proxy;
using CoreNode.Store;

namespace CoreNode.Hosting;

/// <summary>
/// A node without vote and data (--proxy): it serves the API by asking the members, from the moment it listens, and
/// never ends because nobody answers.
/// </summary>
internal sealed class WorkerNode(NodeOptions options, NodeProcess process)
{
    // Many times as many as there can be members, so that each is the first one of as many workers.
    private const ulong Homes = 5040;

    private volatile bool _isServing;

    /// <summary>Runs until the process is to stop; gives the exit code.</summary>
    public async Task<int> RunAsync()
    {
        NodeCertificates certificates = NodeCertificates.Read(options, process);
        MemberFollower? found = null;
        WorkerPeers peers = new(
            NodeComposition.SecretToken(options), () => found?.View ?? FollowerView.Empty, process.Logger);
        UnitsModule? units = UnitsModule.Of(options, process);
        UpdatesModule? updates = UpdatesModule.Of(options, process);
        OverlayModule? overlay = OverlayModule.Of(options, process);
        PeerTransport transport = new(
            NodeComposition.Peers(options, certificates), process.Metrics, TimeProvider.System, process.Logs)
        {
            Keys = peers.Keys,
            Services = NodeComposition.Services(units, updates?.Services ?? []),
        };
        await using ConfiguredAsyncDisposable closing = transport.ConfigureAwait(false);
        using Upstreams upstreams = new(NodeComposition.Relay(options), certificates.Clients, TimeProvider.System);
        MemberFollower follower = new(
            NodeComposition.Follower(options), process.Files,
            new MemberProbe(upstreams, new PeerDescriptions(transport).DescribeAsync), TimeProvider.System,
            process.Logs);
        found = follower;
        if (options.InitialCluster.Count == 0 && follower.View.List is null)
        {
            throw new IOException(
                $"{Path.Combine(options.DataFolder, ClusterSearch.ProxyFile)} names no members; remove it, and this "
                + "node searches its cluster again");
        }

        upstreams.Follow(() => follower.View);
        follower.Changed += () => upstreams.Follow(() => follower.View);
        follower.Changed += peers.Look;
        NodeMetrics.Register(process.Metrics, process.Version);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(process.Stop);
        Task following = follower.RunAsync(stop.Token);
        Task reviewing = upstreams.RunAsync(stop.Token);
        Task listening = peers.ListenAsync(transport, stop.Token);
        IReadOnlyList<Member> Members() => follower.View.List?.Members ?? [];
        WorkerUnits? running = units is null
            ? null : WorkerUnits.Make(units, options, () => peers.Requests, Members);
        Task tending = running?.RunAsync(stop.Token) ?? Task.CompletedTask;
        NodeKvClient store = new(() => peers.Requests, Members, TimeProvider.System, Home());
        UpdatesPlace place = UpdatesPlaces.Of(() => follower.View, () => _isServing, () => peers.Requests) with
        {
            Sharing = new SharingAccess(store, () => peers.Requests, () => Members().Count + 1)
            {
                OnlyMember = () => UrlsOfOnly(Members()),
            },
            Reboots = new RebootsPlace(store) { Others = Members, Requests = () => peers.Requests },
        };
        Task updating = updates?.RunAsync(place, stop.Token) ?? Task.CompletedTask;
        Task networking = overlay?.RunAsync(store, place.Others, stop.Token) ?? Task.CompletedTask;
        try
        {
            await ServeAsync(
                follower, upstreams, certificates,
                OverlayModule.SurfaceWith(overlay, UpdatesModule.SurfaceWith(updates, running?.Surface)), store,
                Task.WhenAny(following, reviewing).Unwrap());
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(following, reviewing, listening, tending, updating, networking);
            if (running is not null)
                await running.DisposeAsync();
        }

        process.Logger.Stopped();
        return 0;
    }

    private static int Home() => (int)(Seeds.Fresh() % Homes);

    // None while no member is known; null where there are several.
    private static IReadOnlyList<string>? UrlsOfOnly(IReadOnlyList<Member> members) =>
        members.Count == 0 ? [] : members.Count == 1 ? members[0].PeerUrls : null;

    private async Task ServeAsync(
        MemberFollower follower, Upstreams upstreams, NodeCertificates certificates, IAdminSurface? surface,
        NodeKvClient store, Task loops)
    {
        string? socket = await UnixSocketPath.PrepareAsync(
            options.UnixSocket, "unix-socket", process.Logger, process.Stop);
        string? fleetSocket = await UnixSocketPath.PrepareAsync(
            options.FleetSocket, "fleet-socket", process.Logger, process.Stop);
        RelayServer server = new(
            NodeComposition.Api(options, certificates, socket, fleetSocket, process),
            NodeComposition.Relay(options), upstreams, follower, process.Metrics, TimeProvider.System, process.Logs)
        {
            AdminSurface = surface,
        };
        FleetLockNode fleetLock = new(options, certificates, process, store);
        await using (fleetLock.ConfigureAwait(false))
        await using (server.ConfigureAwait(false))
        {
            await server.StartAsync(process.Stop);
            await fleetLock.StartAsync(process.Stop);
            _isServing = true;
            string urls = string.Join(' ', server.BoundUrls.Select(u => u.GetLeftPart(UriPartial.Authority)));
            process.Manager.Ready($"proxy: serving on {urls}");
            Task trimming = IdleTrim.RunAsync(TimeProvider.System, process.Stop);
            Task watchdog = Watchdog.RunAsync(
                process.Manager, () => upstreams.Rounds, TimeProvider.System, process.Logger, process.Stop);
            await Task.WhenAny(loops, Task.Delay(Timeout.Infinite, process.Stop));
            process.Manager.Stopping();
            if (!process.Stop.IsCancellationRequested)
                await loops;
            await Task.WhenAll(watchdog, trimming);
            await server.StopAsync(CancellationToken.None);
        }
    }
}
