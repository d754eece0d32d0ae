using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CoreNode.Api;
using CoreNode.Api.Peers.Requests;
using CoreNode.Api.Updates;
using CoreNode.Boot.Model;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Hosting.Reboots;
using CoreNode.Hosting.Reboots.Doctor;
using CoreNode.Hosting.Updates.Sharing;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Systemd;
using CoreNode.Systemd.Updates;
using CoreNode.Updates.Client;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Client.Servers;
using CoreNode.Updates.Client.Slots;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;
using CoreNode.Updates.Omaha;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// The module updates of one node: its desk from the start, the client from when the slots are found. A fault of the
/// module never ends the store beside it: it is told, and the module starts anew.
/// </summary>
internal sealed class UpdatesModule
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_checkLimit = TimeSpan.FromSeconds(30);

    private readonly UpdateOptions _options;
    private readonly NodeProcess _process;
    private readonly string _folder;
    private readonly string _machineId;
    private readonly string _instance;
    private readonly UpdateDoor _door;
    private readonly MachineDisks _disks;
    private readonly UpdateConfigFiles _files;
    private readonly UpdateExaminer _examiner;
    private volatile bool _isAsking;
    private readonly ProxySettings _proxies = ProxySettings.Of(Environment.GetEnvironmentVariable);
    private readonly SharingModule? _sharing;
    private readonly RebootsModule _reboots;
    private readonly MachineExaminer _machine;
    private volatile bool _isDiskKnown;
    private volatile DiskPlace? _disk;

    private UpdatesModule(NodeOptions options, NodeProcess process)
    {
        _options = options.Updates;
        _process = process;
        _folder = Path.Combine(options.DataFolder, "updates");
        MachineIdentity identity = MachineIdentity.Find(
            options.Units.MachineId, Path.Combine(options.DataFolder, "units"), process.Files);
        _machineId = identity.Id;
        _instance = identity.Instance.ToString("x16", CultureInfo.InvariantCulture);
        _disks = new MachineDisks(_options.Root);
        _files = new UpdateConfigFiles(_options.Root);
        _sharing = SharingModule.Of(options, process, _machineId);
        _door = new UpdateDoor(() => _sharing?.Source ?? "");
        _examiner = new UpdateExaminer(_options, _door, Settings, () => Target, _folder);
        _reboots = new RebootsModule(
            options, process, _machineId, _door, () => _isDiskKnown ? _disk is not null : null,
            () => _disk?.IsMachine == true, Settings);
        bool isMember = options.Proxy == ProxyMode.Off && options.Units.Store.Count == 0;
        _machine = new MachineExaminer(
            _examiner, _door, _reboots,
            new MachineReport(_machineId, isMember ? options.Name : "", process.Version, "", "", []));
    }

    /// <summary>What this node answers others about updates.</summary>
    public (string Name, INodeService Service)[] Services
    {
        get
        {
            (string Name, INodeService Service) doctor = (DoctorService.Name, new DoctorService(_machine));
            return _sharing is { } sharing ? [sharing.Service, doctor] : [doctor];
        }
    }

    /// <summary>The update server as the settings say now; null where none is asked. Any thread.</summary>
    public UpdateTarget? Target => _isAsking ? UpdateTarget.Of(Settings().Server, _proxies) : null;

    /// <summary>
    /// Whether the machine is about to restart, or may be: not known before its state is read, and a version that has
    /// not proven itself may go back at any moment, asking nobody.
    /// </summary>
    public bool IsLeaving => _reboots.IsLeaving || MayGoBack(_door.Status);

    /// <summary>Whether the update client may restart the machine by itself.</summary>
    internal static bool MayGoBack(UpdateStatusView status) => status.Stage is "judging" or "rolling-back";

    /// <summary>What the HTTP server is given, beside what it has of others already.</summary>
    public static IAdminSurface? SurfaceWith(UpdatesModule? module, IAdminSurface? others)
    {
        if (module is null)
            return others;
        UpdateSurface own = new(module._door, new ClusterExaminer(module._machine));
        return others is null
            ? new AdminSurfaces(own, module._reboots.Surface)
            : new AdminSurfaces(others, own, module._reboots.Surface);
    }

    /// <summary>The module of a node; null where the options leave it out.</summary>
    /// <exception cref="IOException">The machine's id cannot be read or kept.</exception>
    public static UpdatesModule? Of(NodeOptions options, NodeProcess process) =>
        options.Updates.IsOn ? new UpdatesModule(options, process) : null;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(UpdatesPlace place, CancellationToken stop)
    {
        Task sharing = Task.CompletedTask;
        Task keeping = Task.CompletedTask;
        Task rebooting = place.Reboots is { } reboots
            ? _reboots.RunAsync(place, reboots, stop)
            : Task.CompletedTask;
        try
        {
            _disk = FindDisk();
            _isDiskKnown = true;
            if (_disk is not { } disk)
                return;
            _isAsking = true;
            using UpdateBus? bus = FindBus(disk);
            bus?.Start();
            if (place.Sharing is { } access)
                _sharing?.Begin(access);
            sharing = _sharing?.RunAsync(stop) ?? Task.CompletedTask;
            keeping = KeepSecretAsync(place, stop);
            while (true)
            {
                try
                {
                    UpdateClient client = Make(disk, place);
                    _door.Open(client);
                    _examiner.Use(disk.Disk, client);
                    await client.RunAsync(stop);
                    stop.ThrowIfCancellationRequested();
                }
                catch (Exception fault) when (!stop.IsCancellationRequested)
                {
                    _process.Logger.UpdatesFailed(fault, s_pause.TotalSeconds);
                    _door.Close($"updates broke off and start anew: {fault.Message}");
                }

                await Task.Delay(s_pause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops.
        }
        finally
        {
            if (stop.IsCancellationRequested)
                _door.Close("the node is stopping");
            await sharing;
            await rebooting;
            await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>How the client of a node with these options works.</summary>
    internal static UpdateClientOptions ClientOptions(UpdateOptions options, string folder) => new()
    {
        Folder = folder,
        Seed = Seeds.Fresh(),
        Settings = new UpdateSettings
        {
            GateDeadline = options.HealthDeadline,
            GateSettle = options.HealthSettle,
        },
        HealthInterval = TimeSpan.FromSeconds(Math.Clamp(options.HealthSettle.TotalSeconds / 9, 0.2, 5)),
    };

    // Long before the next version runs: without a leader it could not ask the others whose fault that is.
    private static async Task KeepSecretAsync(UpdatesPlace place, CancellationToken stop)
    {
        while (place.Others().Count == 0 || !await place.TryKeepSecretAsync(stop))
            await Task.Delay(s_pause, stop);
    }

    private DiskPlace? FindDisk()
    {
        if (_options.Disk is { } named)
            return _disks.Resolve(named);
        string reason = "it does not say from which disk it runs: --update-disk names one";
        if (_disks.FindRunning()?.Place is { } running)
        {
            if (SlotsProblem(running.Disk) is not { } problem)
                return _disks.Resolve(running.Disk);
            reason = problem;
        }

        _process.Logger.NoUpdates(reason);
        _door.Close($"this machine is not updated: {reason}");
        return null;
    }

    // Under the older name, for what drives the machine; an image alone is nobody's machine.
    private UpdateBus? FindBus(DiskPlace disk)
    {
        if ((!disk.IsMachine && _options.Root == "/") || !Directory.Exists(Below("run/systemd/system")))
            return null;
        BusAddress address = new($"unix:path={Below("run/dbus/system_bus_socket")}", IsBus: true);
        return new UpdateBus(_door, address, _process.Logs.CreateLogger<UpdateBus>(), TimeProvider.System);
    }

    // Most machines are not made for this: that is no error.
    private static string? SlotsProblem(string disk)
    {
        try
        {
            using RealBlockDevice device = RealBlockDevice.Open(disk, BlockAccess.Read);
            return new SlotRule().Find(new SlotDisk(device).Table).Count > 0
                ? null
                : $"{disk}, from which it runs, has no slots";
        }
        catch (IOException unreadable)
        {
            return $"the disk from which it runs has no slots: {unreadable.Message}";
        }
    }

    private UpdateClient Make(DiskPlace disk, UpdatesPlace place)
    {
        ILogger logger = _process.Logs.CreateLogger<UpdatesModule>();
        UpdateOptions options = _options with { Disk = disk.Disk };
        SlotTrust trust = new(options.KeysFolder);
        DiskSlots slots = new(
            new SlotsOptions
            {
                Disk = disk.Disk,
                BootFault = (slot, version) => SmallFiles.TryRead(Below(BootAccount.HistoryFile)) is { } history
                    ? BootAccount.FaultOf(Encoding.UTF8.GetString(history), slot, version)
                    : "",
                BootId = File.ReadAllText(Below("proc/sys/kernel/random/boot_id")).Trim(),
                ReleaseVersion = () => Settings().ReleaseVersion?.Value ?? "",
            },
            _disks, _disks.FindRunning, () => trust.Judge);
        OmahaServer server = new(
            new OmahaMachine
            {
                Client = "corenode-" + _process.Version.Split('+')[0],
                MachineId = _machineId,
                FirstVersion = FirstVersion,
                Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64",
            },
            Settings, PeriodicOff, Transfers(), TimeProvider.System);
        HealthFolder folder = new(options.HealthFolder, s_checkLimit);
        return new UpdateClient(
            ClientOptions(options, _folder),
            new UpdatePorts(
                slots,
                Worker(options, slots, logger),
                server,
                new NodeHealth(place, () => Target, folder, () => LinkReader.Read(_options.Root)),
                new MachineReboot(options, disk.IsMachine, logger),
                new StoreHolds(place)),
            _process.Files, TimeProvider.System, BootClock.Instance, _process.Logs.CreateLogger<UpdateClient>());
    }

    private IUpdateWorker Worker(UpdateOptions options, DiskSlots slots, ILogger logger)
    {
        UpdateWorker worker = new(options, slots, Settings, _folder, _instance, logger)
        {
            Share = () => _sharing?.SocketPath ?? "",
        };
        return _sharing?.Watch(worker) ?? worker;
    }

    private TransferOptions Transfers() => new()
    {
        Client = "corenode-" + _process.Version,
        Trust = new UpdateTrust(_options.CaFile, "--update-ca-file"),
        Proxies = _proxies,
    };

    private UpdateConfig Settings() => _files.Read(
        _options.Server.Length > 0 ? _options.Server : null, _options.Group.Length > 0 ? _options.Group : null);

    private string PeriodicOff() => File.Exists(Below("root/.dev_mode")) ? "/root/.dev_mode is there" : "";

    // The first version that ran here with this data folder, for as long as it is kept.
    private string FirstVersion(string running)
    {
        string file = Path.Combine(_folder, "first-version");
        try
        {
            return System.Text.Encoding.UTF8.GetString(SmallFiles.Read(file)).Trim();
        }
        catch (FileNotFoundException)
        {
            SmallFiles.Write(
                file, System.Text.Encoding.UTF8.GetBytes(running + "\n"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                replaces: true);
            return running;
        }
    }

    private string Below(string path) => Path.Combine(_options.Root, path);
}
