using System.Net;
using System.Net.Sockets;
using CoreNode.Api;
using CoreNode.Api.Overlay;
using CoreNode.Foundation;
using CoreNode.Overlay;
using CoreNode.Overlay.Desk;
using CoreNode.Overlay.Links;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Overlay.Setup;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Overlay;

/// <summary>
/// The overlay networks of one node's machine: the desk from the start, the service once the node has a store. A fault
/// never ends the store beside it: it is told, and the service starts anew. What the kernel has stays when it stops.
/// </summary>
internal sealed class OverlayModule : IOverlayDesk
{
    // Word of --overlay-interface: the interface by which the store is reached.
    private const string ByStore = "store";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private const int MostLooks = 50;

    private readonly OverlayNodeOptions _options;
    private readonly NodeProcess _process;
    private readonly string _machineId;
    private readonly OverlayFiles _files;
    private volatile string _problem = "it has not begun yet";
    private volatile OverlayService? _service;
    private volatile NetworkSetup? _setup;

    private OverlayModule(NodeOptions options, NodeProcess process)
    {
        _options = options.Overlay;
        _process = process;
        _machineId = MachineIdentity.Find(
            options.Units.MachineId, Path.Combine(options.DataFolder, "units"), process.Files).Id;
        _files = new OverlayFiles(_options);
        OverlayMetrics.Register(process.Metrics, _options.Networks, () => Status);
    }

    /// <inheritdoc/>
    public OverlayStatusView Status
    {
        get
        {
            List<OverlayNetworkView> networks = [];
            if (_service is { } service)
            {
                foreach (OverlayStatus status in service.Status)
                    networks.Add(OverlayViews.Of(status));
            }
            else
            {
                foreach (string name in _options.Networks)
                    networks.Add(new OverlayNetworkView { Name = name, Waiting = [_problem] });
            }

            return new OverlayStatusView(networks);
        }
    }

    /// <summary>The module of a node; null where the options name no network.</summary>
    /// <exception cref="IOException">The machine's id cannot be read or kept.</exception>
    public static OverlayModule? Of(NodeOptions options, NodeProcess process) =>
        options.Overlay.Networks.Count > 0 ? new OverlayModule(options, process) : null;

    /// <summary>What the HTTP server is given, beside what it has of others already.</summary>
    public static IAdminSurface? SurfaceWith(OverlayModule? module, IAdminSurface? others) =>
        module is null ? others
        : others is null ? new OverlaySurface(module)
        : new AdminSurfaces(others, new OverlaySurface(module));

    /// <inheritdoc/>
    public Task<OverlayWishResult> SetAsync(OverlayWish wish, CancellationToken cancellation) =>
        _setup is { } setup
            ? OverlayOrders.SetAsync(setup, wish, cancellation)
            : Task.FromResult(new OverlayWishResult(OverlayWishKind.Unavailable, [_problem], []));

    /// <summary>Runs until cancelled.</summary>
    /// <param name="store">The store.</param>
    /// <param name="others">Where other machines of the cluster are, or those of the store.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(IKvClient store, Func<IReadOnlyList<Uri>> others, CancellationToken stop)
    {
        _setup = new NetworkSetup(store, _options.Prefix);
        try
        {
            while (true)
            {
                try
                {
                    using MachineNetwork network = new();
                    OverlayService service = new(
                        await OptionsAsync(others, stop), store, network, TimeProvider.System,
                        new Prng(Seeds.Fresh()), _files.Write, _process.Logs.CreateLogger<OverlayService>());
                    _service = service;
                    await service.RunAsync(stop);
                    stop.ThrowIfCancellationRequested();
                }
                catch (Exception fault) when (!stop.IsCancellationRequested)
                {
                    _service = null;
                    _problem = fault is NetworkException ? fault.Message : $"it broke off: {fault.Message}";
                    _process.Logger.OverlayFailed(fault, s_pause.TotalSeconds);
                }

                await Task.Delay(s_pause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops; what the kernel has goes on.
        }
    }

    private async Task<OverlayOptions> OptionsAsync(Func<IReadOnlyList<Uri>> others, CancellationToken stop) => new()
    {
        Prefix = _options.Prefix,
        Networks = _options.Networks,
        Interface = _options.Interface.Text == ByStore
            ? _options.Interface with { Text = "" } : _options.Interface,
        RouteTo = _options.Interface.Text == ByStore ? await StoreAsync(others, stop) : null,
        IsMasqueraded = _options.IsMasqueraded,
        MachineId = _machineId,
        Previous = _files.ReadPrevious(),
    };

    // A worker learns of the members only after a while. Who is alone goes by the default route.
    private static async Task<IPAddress?> StoreAsync(Func<IReadOnlyList<Uri>> others, CancellationToken stop)
    {
        for (int looks = 0; looks < MostLooks; looks++)
        {
            foreach (Uri one in others())
            {
                try
                {
                    IPAddress[] addresses = await Dns.GetHostAddressesAsync(one.DnsSafeHost, stop);
                    if (addresses.Length > 0 && !IPAddress.IsLoopback(addresses[0]))
                        return addresses[0];
                }
                catch (SocketException)
                {
                    // Another one may have a name that is known.
                }
            }

            await Task.Delay(s_look, stop);
        }

        return null;
    }
}
