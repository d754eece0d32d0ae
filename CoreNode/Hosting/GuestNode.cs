using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Api;
using CoreNode.Api.Client;
using CoreNode.Api.Fleet;
using CoreNode.Api.Guest;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Hosting.Overlay;
using CoreNode.Hosting.Reboots;
using CoreNode.Hosting.Updates;
using CoreNode.Hosting.Updates.Sharing;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Hosting.Wiring;
using CoreNode.Units.Leases;

namespace CoreNode.Hosting;

/// <summary>
/// A node whose store is an existing etcd (--store): engine, agent and surface are the same as on a member; leases and
/// leadership are keys with a lifetime there (docs/decisions/0026). It has no replica and serves no keys.
/// </summary>
internal sealed class GuestNode(NodeOptions options, NodeProcess process)
{
    private volatile bool _isServing;

    /// <summary>Runs until the process is to stop; gives the exit code.</summary>
    public async Task<int> RunAsync()
    {
        NodeCertificates certificates = NodeCertificates.Read(options, process);
        ClientOptions access = new()
        {
            Endpoints = [.. options.Units.Store.Select(Endpoint)],
            CaFile = options.ClientTls?.TrustedCaFile,
            CertFile = options.ClientTls?.CertFile,
            KeyFile = options.ClientTls?.KeyFile,
            AuthoritiesFlag = "--trusted-ca-file",
        };
        using V2Client store = new(access);
        UnitsModule units = UnitsModule.Of(options, process)!;
        UpdatesModule? updates = UpdatesModule.Of(options, process);
        OverlayModule? overlay = OverlayModule.Of(options, process);
        await using ConfiguredAsyncDisposable closingUnits = units.ConfigureAwait(false);
        PeerTransport transport = new(
            NodeComposition.Peers(options, certificates), process.Metrics, TimeProvider.System, process.Logs)
        {
            Keys = new TokenOnlyKeys(NodeComposition.SecretToken(options)),
            Services = NodeComposition.Services(units, updates?.Services ?? []),
        };
        await using ConfiguredAsyncDisposable closing = transport.ConfigureAwait(false);
        PeerIdentity self = new(ClusterId(), new NodeId(units.Instance | 1));
        NodeRequests requests = transport.RequestsOf(self);
        UnitsPlace place = units.PlaceAt(store, options.AdvertisePeerUrls);
        FleetSurface surface = units.MakeSurface(place, () => requests);
        NodeMetrics.Register(process.Metrics, process.Version);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(process.Stop);
        Task leading = ((TtlLeadership)place.Leadership!).RunAsync(stop.Token);
        Task running = units.RunAsync(place, stop.Token);
        UpdatesPlace updatesPlace = UpdatesPlaces.Of(
            options.Units.Store, () => _isServing, new GuestStore(store, access, units.LeaseKey)) with
        {
            // How many share this store nobody says.
            Sharing = new SharingAccess(store, () => requests, static () => int.MaxValue),
            Reboots = new RebootsPlace(store) { Requests = () => requests },
        };
        Task updating = updates?.RunAsync(updatesPlace, stop.Token) ?? Task.CompletedTask;
        Task networking = overlay?.RunAsync(store, updatesPlace.Others, stop.Token) ?? Task.CompletedTask;
        try
        {
            await transport.StartAsync(
                self, new WorkerReceiver(() => new ClusterDescription(self.ClusterId, [], [])), process.Stop);
            await ServeAsync(
                certificates, OverlayModule.SurfaceWith(overlay, UpdatesModule.SurfaceWith(updates, surface))!);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(leading, running, updating, networking)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        process.Logger.Stopped();
        return 0;
    }

    private async Task ServeAsync(NodeCertificates certificates, IAdminSurface surface)
    {
        string? socket = await UnixSocketPath.PrepareAsync(
            options.UnixSocket, "unix-socket", process.Logger, process.Stop);
        string? fleetSocket = await UnixSocketPath.PrepareAsync(
            options.FleetSocket, "fleet-socket", process.Logger, process.Stop);
        GuestServer server = new(
            NodeComposition.Api(options, certificates, socket, fleetSocket, process), static () => null,
            process.Metrics, TimeProvider.System, process.Logs)
        {
            AdminSurface = surface,
        };
        await using (server.ConfigureAwait(false))
        {
            await server.StartAsync(process.Stop);
            _isServing = true;
            string urls = string.Join(
                ' ', server.BoundAdminUrls.Concat(server.BoundUrls).Select(u => u.GetLeftPart(UriPartial.Authority)));
            process.Manager.Ready($"units with the store of others: serving on {urls}");
            process.Logger.ServesAsGuest(urls, string.Join(", ", options.Units.Store));
            Task trimming = IdleTrim.RunAsync(TimeProvider.System, process.Stop);
            await Task.Delay(Timeout.Infinite, process.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            process.Manager.Stopping();
            await trimming;
            await server.StopAsync(CancellationToken.None);
        }
    }

    // Nodes with one store and one token belong together.
    private ulong ClusterId() => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join(',', options.Units.Store.Select(static url => url.ToString()).Order(StringComparer.Ordinal))
        + '\n' + options.InitialClusterToken))) | 1;

    private static ClientEndpoint Endpoint(Uri url) =>
        ClientEndpoint.TryParse(
            url.GetLeftPart(UriPartial.Authority), out ClientEndpoint? endpoint, out string? problem)
            ? endpoint
            : throw new IOException($"--store {url}: {problem}");
}
