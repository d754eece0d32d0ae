using CoreNode.Api.Reboots;
using CoreNode.Hosting.Updates;
using CoreNode.Platform;
using CoreNode.RebootLock;
using CoreNode.Reboots.Desk;
using CoreNode.Reboots.Service;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Systemd;
using CoreNode.Systemd.Updates;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Omaha;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// The reboots of one node's machine: its desk from the start, the service once the node runs. A fault never ends the
/// store beside it: it is told, and the service starts anew.
/// </summary>
internal sealed class RebootsModule : IRebootDesk
{
    private const string Dev = "this is a throw-away node (--dev): it never restarts the machine";
    private const string NotOwn =
        "this node does not own its machine: it runs from no slots; say --reboot-strategy or --reboot-command";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly NodeOptions _options;
    private readonly NodeProcess _process;
    private readonly string _machineId;
    private readonly IUpdateDesk _updates;
    private readonly Func<bool?> _hasClient;
    private readonly Func<bool> _ownsMachine;
    private readonly RebootRules _rules;
    private volatile RebootService? _service;
    private volatile RebootsPlace? _place;

    /// <summary>The module; nothing runs yet.</summary>
    /// <param name="options">The node's.</param>
    /// <param name="process">The node's process.</param>
    /// <param name="machineId">The holder of the lock.</param>
    /// <param name="updates">How updates stand.</param>
    /// <param name="hasClient">Whether there is an update client; null: not known yet.</param>
    /// <param name="ownsMachine">Whether the machine runs from the slots that are updated.</param>
    /// <param name="settings">Reads update.conf.</param>
    public RebootsModule(
        NodeOptions options, NodeProcess process, string machineId, IUpdateDesk updates, Func<bool?> hasClient,
        Func<bool> ownsMachine, Func<UpdateConfig> settings)
    {
        _options = options;
        _process = process;
        _machineId = machineId;
        _updates = updates;
        _hasClient = hasClient;
        _ownsMachine = ownsMachine;
        _rules = new RebootRules(options.Reboots, settings, Forbidden, TimeProvider.System);
        Surface = new RebootSurface(this);
    }

    /// <summary>What the HTTP server is given.</summary>
    public RebootSurface Surface { get; }

    /// <inheritdoc/>
    public RebootStatusView Status =>
        _service?.Status ?? new RebootStatusView { Reason = "reboots have not begun yet" };

    /// <summary>Whether the machine is about to restart, or may be: not known before its state is read.</summary>
    public bool IsLeaving => _service?.IsLeaving != false;

    /// <summary>What is wrong with the settings; empty: nothing.</summary>
    public string Problem => _rules.Problem;

    /// <summary>What the node gives; null before it runs.</summary>
    public RebootsPlace? Place => _place;

    /// <inheritdoc/>
    public Task<RebootWishResult> OrderAsync(RebootWish wish, CancellationToken cancellation) =>
        _service is { } service
            ? service.OrderAsync(wish, cancellation)
            : Task.FromResult(new RebootWishResult(Status, Status.Reason));

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(UpdatesPlace node, RebootsPlace place, CancellationToken stop)
    {
        _place = place;
        using EngineWatch? engine = Watch();
        engine?.Start();
        try
        {
            while (true)
            {
                try
                {
                    RebootService service = Make(node, place, engine);
                    _service = service;
                    await service.RunAsync(stop);
                    stop.ThrowIfCancellationRequested();
                }
                catch (Exception fault) when (!stop.IsCancellationRequested)
                {
                    _process.Logger.RebootsFailed(fault, s_pause.TotalSeconds);
                }

                await Task.Delay(s_pause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private RebootService Make(UpdatesPlace node, RebootsPlace place, EngineWatch? engine)
    {
        Semaphores locks = new(
            place.Store, TimeProvider.System, new Foundation.Prng(Seeds.Fresh()),
            _process.Logs.CreateLogger<Semaphores>());
        MachineDrain drains = new(
            place.Store, RegistryKeys.Default, TimeProvider.System,
            _process.Logs.CreateLogger<RegistryFollower>());
        PlaceQuorum quorum = new(place, drains, _machineId);
        string root = _options.Updates.Root;
        ReleaseStop stop = new(
            new FailedReleases(place.Store), () => _updates.Status, _options.Reboots.Group, _machineId, quorum,
            new MachineGate(() => _updates.Status, _hasClient, node));
        RebootPorts ports = new(
            new ClusterLock(locks, _machineId, _options.Reboots.LockLimit, TimeProvider.System),
            new MachineUnits(place.Store, drains, _machineId),
            quorum,
            new MachineLogins(root),
            new MachineRestart(_options.Updates, _process.Logs.CreateLogger<RebootsModule>()),
            new MachineWants(() => _updates.Status, _hasClient, () => engine?.Waiting ?? "", root),
            stop,
            stop);
        RebootServiceOptions options = new()
        {
            Folder = Path.Combine(_options.DataFolder, "reboots"),
            BootId = BootId(root),
            Seed = Seeds.Fresh(),
        };
        return new RebootService(
            options, ports, _rules.Now, _process.Files, TimeProvider.System, BootClock.Instance,
            _process.Logs.CreateLogger<RebootService>());
    }

    // Where nobody has said that this node may, it does not: it may be one of many on a machine of somebody else's.
    private string Forbidden(bool isChosen) =>
        _options.IsDev ? Dev
        : isChosen || _options.Updates.RebootCommand.Count > 0 || _ownsMachine() ? "" : NotOwn;

    private EngineWatch? Watch()
    {
        bool isChosen = _rules.Now().Forbidden.Length == 0;
        string socket = Path.Combine(_options.Updates.Root, "run/dbus/system_bus_socket");
        return isChosen && File.Exists(socket)
            ? new EngineWatch(new BusAddress($"unix:path={socket}", IsBus: true))
            : null;
    }

    private static string BootId(string root)
    {
        const string file = "proc/sys/kernel/random/boot_id";
        string below = Path.Combine(root, file);
        return File.ReadAllText(File.Exists(below) ? below : "/" + file).Trim();
    }
}
