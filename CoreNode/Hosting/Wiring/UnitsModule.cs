using System.Globalization;
using CoreNode.Api.Fleet;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Peers.Requests;
using CoreNode.Platform;
using CoreNode.Store;
using CoreNode.Units.Agent;
using CoreNode.Units.Engine;
using CoreNode.Units.Leases;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Wiring;

/// <summary>
/// The module units of one node: its surface from the start, agent and engine from when units are used in the cluster
/// (docs/decisions/0025). A fault of the module never ends the store beside it: it is told, and the module starts anew.
/// </summary>
internal sealed class UnitsModule : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_leaving = TimeSpan.FromSeconds(20);

    private readonly NodeOptions _options;
    private readonly NodeProcess _process;
    private readonly LocalUnits _local = new();
    private readonly MachineUnitsService _service;
    private readonly RegistryKeys _keys = RegistryKeys.Default;
    private readonly MachineIdentity _identity;
    private readonly AgentMetrics _agentMetrics;
    private RegistryFollower? _registry;
    private volatile bool _isFollowed;
    private EngineLoop? _engine;
    private FleetSurface? _surface;

    private UnitsModule(NodeOptions options, NodeProcess process, MachineIdentity identity)
    {
        _options = options;
        _process = process;
        _identity = identity;
        _agentMetrics = new AgentMetrics(process.Metrics, static () => BootClock.Now(BootClock.Instance));
        _service = new MachineUnitsService(_local);
    }

    /// <summary>The module of a node; null where the options leave it out.</summary>
    /// <exception cref="IOException">The machine's id cannot be read or kept.</exception>
    public static UnitsModule? Of(NodeOptions options, NodeProcess process) => options.Units.IsOn
        ? new UnitsModule(options, process, MachineIdentity.Find(
            options.Units.MachineId, Path.Combine(options.DataFolder, "units"), process.Files))
        : null;

    /// <summary>What this node answers others about its units.</summary>
    public IEnumerable<KeyValuePair<string, INodeService>> Services =>
    [
        new(MachineServices.Status, new StreamService(_service.AnswerStatusAsync)),
        new(MachineServices.Journal, new StreamService(_service.AnswerJournalAsync)),
    ];

    /// <summary>Made once for this data folder.</summary>
    public ulong Instance => _identity.Instance;

    /// <summary>Where the store is an existing etcd: the key that this machine holds its lease by.</summary>
    public string LeaseKey => _keys.MachineObject(_identity.Id);

    /// <summary>The module's place where the store is an existing etcd: leases and leadership are keys there.</summary>
    public UnitsPlace PlaceAt(IKvClient store, IReadOnlyList<string> peerUrls)
    {
        _registry = RegistryFollower.OfAll(
            store, _keys, TimeProvider.System, _process.Logs.CreateLogger<RegistryFollower>());
        TtlLeadership leadership = new(
            store, _registry, _identity.Id, new TtlTimes(), BootClock.Instance);
        return new UnitsPlace(store, new TtlMachineLease(store, _keys, BootClock.Instance), leadership, peerUrls);
    }

    /// <summary>The instance under which a machine stands in the store; zero if it does not.</summary>
    public ulong RegisteredInstance(string machine) =>
        _registry?.Current.Machines.GetValueOrDefault(machine)?.Object?.Instance is { } text
        && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong instance)
            ? instance
            : 0;

    /// <summary>Makes the surface; the caller gives it to its server.</summary>
    public FleetSurface MakeSurface(UnitsPlace place, Func<NodeRequests?> requests)
    {
        if (place.Leadership is not null)
        {
            _registry ??= RegistryFollower.OfAll(
                place.Store, _keys, TimeProvider.System, _process.Logs.CreateLogger<RegistryFollower>());
            _engine = new EngineLoop(
                place.Leadership, _registry, new EngineOptions(), TimeProvider.System, _process.Metrics,
                _process.Logs);
        }

        _surface = new FleetSurface(
            new FleetOptions { Keys = _keys, MachineId = _identity.Id },
            place.Store, () => _isFollowed && _registry is { IsListed: true } ? _registry : null, _local,
            new OtherMachines(requests), _process.Metrics, TimeProvider.System, _process.Logs);
        return _surface;
    }

    private string AgentFolder => Path.Combine(_options.DataFolder, "units", "agent");

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(UnitsPlace place, CancellationToken stop)
    {
        try
        {
            // What runs here must be tended also while the store is away.
            if (_process.Files.List(AgentFolder).Count == 0)
                await WaitForUseAsync(place, stop);
            while (true)
            {
                try
                {
                    await WorkAsync(place, stop);
                }
                catch (Exception fault) when (!stop.IsCancellationRequested)
                {
                    _process.Logger.UnitsFailed(fault, s_pause.TotalSeconds);
                }

                await Task.Delay(s_pause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops; its units go on.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_surface is not null)
            await _surface.DisposeAsync();
    }

    // Who writes keys himself, as fleetctl --driver=etcd does, does not write the one that wakes the others.
    private async Task WaitForUseAsync(UnitsPlace place, CancellationToken stop)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        RegistryFollower use = RegistryFollower.OfAll(
            place.Store, _keys, TimeProvider.System, _process.Logs.CreateLogger<RegistryFollower>());
        Task following = use.RunAsync(end.Token);
        RegistryState state = await use.WaitForListingAsync(stop);
        while (state.EngineVersion is null)
        {
            if (state.Jobs.Count == 0 || await IsWokenAsync(place.Store, stop))
                state = await use.WaitForChangeAsync(state.Index, stop);
            else
                await Task.Delay(s_pause, stop);
        }

        await end.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Also where another node was quicker.
    private async Task<bool> IsWokenAsync(IKvClient store, CancellationToken stop)
    {
        KvOutcome outcome = await store.SetAsync(
            _keys.EngineVersion, RegistryValues.EngineVersion, KvSetOptions.Create, stop);
        return outcome is KvOutcome.Done
            || (outcome is KvOutcome.Refused refused && refused.Error.Is(ErrorCode.KeyExists));
    }

    private async Task WorkAsync(UnitsPlace place, CancellationToken stop)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        UnitRunning running = await UnitManagers.MakeAsync(_options, _identity, _process, stop);
        await using (running.ConfigureAwait(false))
        {
            _local.Bind(running);
            UnitAgent agent = new(
                Agent(place), place.Store, running.Manager, running.Guard, place.Lease, new HealthProbe(),
                _process.Files, BootClock.Instance, static () => BootClock.Now(BootClock.Instance), _agentMetrics,
                _process.Logs);
            using CancellationTokenSource agentEnd = new();
            Task agentLoop = agent.RunAsync(agentEnd.Token);
            List<Task> loops = [agentLoop];
            if (_registry is { } registry && _engine is { } engine)
            {
                loops.Add(FollowAsync(registry, end.Token));
                loops.Add(engine.RunAsync(end.Token));
            }

            // Half of the module is worse than none: machines would be given away, or nobody would place units.
            Task first = await Task.WhenAny([.. loops, Task.Delay(Timeout.Infinite, stop)]);
            if (stop.IsCancellationRequested && !agentLoop.IsCompleted && await IsLeavingAsync())
                await agent.LeaveAsync(s_leaving, CancellationToken.None);
            await end.CancelAsync();
            await agentEnd.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
    }

    // The surface may use it only while it is up to date.
    private async Task FollowAsync(RegistryFollower registry, CancellationToken stop)
    {
        _isFollowed = true;
        try
        {
            await registry.RunAsync(stop);
        }
        finally
        {
            _isFollowed = false;
        }
    }

    // docs/decisions/0028: who comes back at once keeps its units, who goes gives them away.
    private async Task<bool> IsLeavingAsync() => _options.Units.OnStop switch
    {
        "leave" => true,
        "keep" => false,
        _ => !await ServiceJob.IsRestartAsync(CancellationToken.None),
    };

    private AgentOptions Agent(UnitsPlace place) => new()
    {
        Machine = new MachineObject
        {
            Id = _identity.Id,
            PublicIp = PublicIp(),
            Metadata = _options.Units.Metadata,
            Version = _process.Version,
            PeerUrls = place.PeerUrls,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            CpuMillis = Environment.ProcessorCount * 1000,
            Instance = _identity.Instance.ToString("x16", CultureInfo.InvariantCulture),
        },
        Instance = _identity.Instance,
        Folder = AgentFolder,
        BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
        Lease = _options.Units.Lease,
        Keys = _keys,
    };

    private string PublicIp() => _options.Units.PublicIp.Length > 0
        ? _options.Units.PublicIp
        : OwnAddress.Find(allowsIPv6: true)?.Address.ToString() ?? "";
}
