using CoreNode.Api.Peers.Requests;
using CoreNode.Hosting.Wiring;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Sharing;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Updates.Sharing;

/// <summary>
/// Payloads between the nodes of a cluster, as a part of the module updates. A fault of it never ends an update: it is
/// told, and the server is asked.
/// </summary>
internal sealed class SharingModule
{
    private readonly NodeOptions _options;
    private readonly NodeProcess _process;
    private readonly string _machineId;
    private readonly string _folder;
    private volatile PayloadSharing? _sharing;

    private SharingModule(NodeOptions options, NodeProcess process, string machineId)
    {
        (_options, _process, _machineId) = (options, process, machineId);
        _folder = Path.Combine(options.DataFolder, "updates");
    }

    /// <summary>Where the worker process asks.</summary>
    public string SocketPath => _sharing is null ? "" : Path.Combine(_folder, "share.sock");

    /// <summary>From where the own update fetches; empty: it does not, or not by this.</summary>
    public string Source => _sharing?.Source ?? "";

    /// <summary>What this node answers others.</summary>
    public (string Name, INodeService Service) Service => (PeerPayloads.Service, new StreamService(ServeAsync));

    /// <summary>The module of a node; null where the options leave it out.</summary>
    public static SharingModule? Of(NodeOptions options, NodeProcess process, string machineId) =>
        options.Updates is { IsOn: true, IsShared: true } ? new SharingModule(options, process, machineId) : null;

    /// <summary>The worker of the own update, whose progress is what others are given.</summary>
    public IUpdateWorker Watch(IUpdateWorker worker) =>
        _sharing is { } sharing ? new SharingWorker(worker, sharing) : worker;

    /// <summary>From now on payloads are shared; before the own update begins.</summary>
    public void Begin(SharingAccess access)
    {
        PayloadSharing sharing = new(
            new SharingOptions
            {
                Folder = Path.Combine(_folder, "payloads"),
                Machine = _machineId,
                PeerUrls = _options.AdvertisePeerUrls,
                Seed = Seeds.Fresh(),
                MostBytes = _options.Updates.ShareBytes,
                BytesPerSecond = _options.Updates.ShareBytesPerSecond,
            },
            new SharingPlace(access.Store, new PeerPayloads(access.Requests), access.Nodes, FreeBytes)
            {
                OnlyMember = access.OnlyMember,
            },
            _process.Files, TimeProvider.System, _process.Metrics, _process.Logs.CreateLogger<PayloadSharing>());
        try
        {
            sharing.Load();
            _sharing = sharing;
        }
        catch (IOException fault)
        {
            _process.Logger.NoSharing(fault.Message);
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (_sharing is not { } sharing)
            return;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] loops =
        [
            sharing.RunAsync(end.Token), new ShareSocket(SocketPath, sharing).RunAsync(end.Token),
            sharing.TellAsync(end.Token),
        ];
        try
        {
            Task first = await Task.WhenAny(loops);
            await end.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception fault)
        {
            _sharing = null;
            _process.Logger.NoSharing(fault.Message);
        }
    }

    private Task ServeAsync(Stream body, Stream answer, CancellationToken cancellation) =>
        _sharing is { } sharing
            ? sharing.ServeAsync(body, answer, cancellation)
            : throw new IOException("this node shares no payloads");

    private long FreeBytes()
    {
        try
        {
            return new DriveInfo(_folder).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
