using System.Runtime.CompilerServices;
using CoreNode.Api;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster;
using CoreNode.Cluster.Clients;
using CoreNode.Cluster.Peers;
using CoreNode.Hosting.FleetLock;
using CoreNode.Hosting.Overlay;
using CoreNode.Hosting.Reboots;
using CoreNode.Hosting.Updates;
using CoreNode.Hosting.Updates.Sharing;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Hosting.Wiring;

namespace CoreNode.Hosting;

/// <summary>A node with a vote and data: replica, peer transport and HTTP surface, until it is stopped.</summary>
internal sealed class MemberNode(NodeOptions options, NodeProcess process)
{
    private volatile bool _isServing;

    /// <summary>Runs until the process is to stop; gives the exit code.</summary>
    public async Task<int> RunAsync()
    {
        NodeCertificates certificates = NodeCertificates.Read(options, process);
        if (options.ForcesNewCluster)
            ForceNewCluster(Path.Combine(options.DataFolder, "raft"));
        MemberKeys keys = new(NodeComposition.SecretToken(options));
        KeptKeys kept = new(keys, Path.Combine(options.DataFolder, "updates", "nodes-secret"));
        UnitsModule? units = UnitsModule.Of(options, process);
        UpdatesModule? updates = UpdatesModule.Of(options, process);
        OverlayModule? overlay = OverlayModule.Of(options, process);
        MemberServices services = new(options.Overlay.Prefix);
        SiteService site = new(TimeProvider.System);
        PeerTransport transport = new(
            NodeComposition.Peers(options, certificates), process.Metrics, TimeProvider.System, process.Logs)
        {
            Keys = kept,
            Services = NodeComposition.Services(
                units, [.. services.All, (SiteService.Name, site), .. updates?.Services ?? []]),
        };
        await using ConfiguredAsyncDisposable closing = transport.ConfigureAwait(false);
        Replica replica = await Replica.StartAsync(
            NodeComposition.Replica(options), process.Files, TimeProvider.System, process.Logs, transport, transport,
            process.Stop);
        await using (replica.ConfigureAwait(false))
        {
            keys.Bind(replica);
            NodeRequests requests = transport.RequestsOf(new PeerIdentity(replica.ClusterId, replica.Self));
            site.Bind(UpdatesPlaces.SiteOf(replica, updates));
            NodeMetrics.Register(process.Metrics, replica, process.Version);
            try
            {
                using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(process.Stop);
                LocalKvClient store = new(replica, TimeProvider.System);
                services.BindStore(store);
                UpdatesPlace place = Place(replica, store, requests, kept);
                MemberUnits? running = units is null
                    ? null : MemberUnits.Make(units, options, process, replica, transport, services);
                Task tending = running?.RunAsync(end.Token) ?? Task.CompletedTask;
                Task updating = updates?.RunAsync(place, end.Token) ?? Task.CompletedTask;
                Task networking = overlay?.RunAsync(store, place.Others, end.Token) ?? Task.CompletedTask;
                try
                {
                    await ServeAsync(
                        replica, certificates,
                        OverlayModule.SurfaceWith(overlay, UpdatesModule.SurfaceWith(updates, running?.Surface)),
                        store);
                }
                finally
                {
                    await end.CancelAsync();
                    await Task.WhenAll(tending, updating, networking);
                    if (running is not null)
                        await running.DisposeAsync();
                }
            }
            catch (MemberStoppedException)
            {
                // The replica has said why.
                return NodeHost.StoppedForGood;
            }
        }

        process.Logger.Stopped();
        return 0;
    }

    // `cluster recover` without asking; where this member is alone already, there is nothing to do.
    private void ForceNewCluster(string folder)
    {
        process.Files.CreateFolder(folder);
        OfflineReplica offline = new(process.Files, folder, TimeProvider.System);
        if (!offline.HasMember || offline.Inspect() is { IsAlone: true })
        {
            process.Logger.NoNewCluster();
            return;
        }

        OfflineSummary before = offline.Inspect();
        ulong clusterId = OfflineFolders.NewClusterId();
        offline.Recover(clusterId);
        string others = string.Join(", ", before.Members.Where(m => m.Id != before.Self).Select(m => m.Name));
        process.Logger.NewCluster(
            clusterId.ToString("x", System.Globalization.CultureInfo.InvariantCulture), before.Last.Value,
            before.Last - before.KnownCommitted, others);
    }

    private UpdatesPlace Place(Replica replica, LocalKvClient store, NodeRequests requests, KeptKeys kept)
    {
        UpdatesPlace place = UpdatesPlaces.Of(
            replica, options.ElectionTimeout, () => _isServing, requests) with
        {
            Sharing = new SharingAccess(store, () => requests, () => replica.Members.Count),
            TryKeepSecretAsync = kept.TryKeepAsync,
        };
        return place with { Reboots = RebootsPlaces.Of(replica, store, place, requests) };
    }

    private async Task ServeAsync(
        Replica replica, NodeCertificates certificates, IAdminSurface? surface, LocalKvClient store)
    {
        string? socket = await UnixSocketPath.PrepareAsync(
            options.UnixSocket, "unix-socket", process.Logger, process.Stop);
        string? fleetSocket = await UnixSocketPath.PrepareAsync(
            options.FleetSocket, "fleet-socket", process.Logger, process.Stop);
        ApiServer server = new(
            NodeComposition.Api(options, certificates, socket, fleetSocket, process), replica, replica, replica,
            new BackupSource(replica), process.Metrics, TimeProvider.System, process.Logs)
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
            process.Manager.Ready($"serving on {urls}");
            if (options.IsDev)
                await process.Output.WriteAsync(DevNode.Hints(
                    server.BoundUrls, options.Units.IsOn, CommandName()));
            Task watchdog = Watchdog.RunAsync(
                process.Manager, () => replica.Rounds, TimeProvider.System, process.Logger, process.Stop);
            Task trimming = IdleTrim.RunAsync(TimeProvider.System, process.Stop);
            Task failed = replica.Completion;
            await Task.WhenAny(failed, Task.Delay(Timeout.Infinite, process.Stop));
            process.Manager.Stopping();
            if (failed.IsCompleted)
                await failed;
            await watchdog;
            await trimming;
            await server.StopAsync(CancellationToken.None);
        }
    }

    // What the user can paste: the binary's own path, or dotnet run's form.
    private static string CommandName()
    {
        string path = Environment.ProcessPath ?? "corenode";
        return path.Contains("/bin/", StringComparison.Ordinal) && path.Contains("/net", StringComparison.Ordinal)
            ? "dotnet run --project CoreNode --"
            : path;
    }
}
