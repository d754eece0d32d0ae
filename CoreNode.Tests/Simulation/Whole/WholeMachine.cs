using CoreNode.Foundation;
using CoreNode.Hosting.Reboots;
using CoreNode.Hosting.Updates;
using CoreNode.RebootLock;
using CoreNode.Reboots;
using CoreNode.Reboots.Service;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Tests.Simulation.Units;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using CoreNode.Updates.Client;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>
/// A machine with all that restarts it: the real update client, the real reboots with lock, drain, gate and the stop of
/// a release, over the store, engine and agent of the units' simulation. A model are its slots, its update server and
/// how it goes down and comes up.
/// </summary>
internal sealed class WholeMachine(WholeCluster cluster, UnitsNode node)
    : ILock, IDrain, ILeadership, ILogins, IRestart, IQuorum, IGate
{
    private static readonly UpdateSettings s_settings = new()
    {
        FirstCheck = TimeSpan.FromSeconds(5),
        CheckInterval = TimeSpan.FromSeconds(20),
        CheckFuzz = TimeSpan.FromSeconds(2),
        QuickCheck = TimeSpan.FromSeconds(5),
        MaxCheckInterval = TimeSpan.FromMinutes(1),
        RetryDelay = TimeSpan.FromSeconds(5),
        GateDeadline = TimeSpan.FromSeconds(40),
        GateSettle = TimeSpan.FromSeconds(8),
    };

    private static readonly RebootSettings s_reboots = new() { BackOff = TimeSpan.FromSeconds(30) };

    private SimulatedFiles _files = new(new Prng(cluster.Plan.Seed).Child($"disk {node.Index}"));
    private SimulatedThread? _thread;
    private UnitsProcessTime? _time;
    private ClusterLock? _lock;
    private MachineUnits? _units;
    private PlaceQuorum? _place;
    private ReleaseStop? _stop;
    private MachineGate? _gate;

    public UnitsNode Node { get; } = node;

    public string Id => Node.Id;

    public bool IsVoter => Member is not null;

    public WholeSlots Slots { get; } = new();

    public UpdateClient? Updates { get; private set; }

    public RebootService? Service { get; private set; }

    /// <summary>It was asked to restart, with the lock, and is not back yet.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>When it lost its power last.</summary>
    public long CrashedAt { get; private set; } = -1;

    /// <summary>When it was looked at last whether the cluster can do without it.</summary>
    public long AdmittedAt { get; private set; } = -1;

    public bool HasStrayed => _thread?.IsAstray == true;

    public bool IsLeaving => Service?.IsLeaving != false || UpdatesModule.MayGoBack(Updates!.Status);

    public bool IsInCluster => Home()?.Leader is not null;

    /// <summary>It runs, or is about to run, what has not proven itself.</summary>
    public bool IsUnproven => IsAsked || !Slots.IsGood;

    private StoreMember? Member => cluster.Units.Store.MemberOf(Node);

    private long Now => cluster.World.Now;

    /// <summary>The supervisor's process has begun.</summary>
    public void Begin()
    {
        int incarnation = Node.Incarnation;
        SimulatedThread thread = _thread = new(cluster.World, what => Node.Gate(incarnation, what));
        UnitsProcessTime time = _time = new(Node);
        Prng chance = new(cluster.Chance.NextUInt64());
        UnitsClient store = new(cluster.Units.Store, Node, Home);
        WholeUpdates ports = new(cluster, this, time);
        UpdateClient updates = Updates = new UpdateClient(
            new UpdateClientOptions
            {
                Folder = "/updates",
                Seed = chance.NextUInt64(),
                Settings = s_settings,
                HealthInterval = TimeSpan.FromSeconds(2),
                HasNoThreads = true,
            },
            new UpdatePorts(Slots, ports, ports, ports, ports, ports), _files, time, time,
            NullLogger<UpdateClient>.Instance);
        MachineDrain drains = new(store, RegistryKeys.Default, time, NullLogger<RegistryFollower>.Instance);
        _lock = new ClusterLock(
            new Semaphores(store, time, chance.Child("lock"), NullLogger<Semaphores>.Instance), Id, TimeSpan.Zero,
            time);
        _units = new MachineUnits(store, drains, Id);
        RebootsPlace place = new(store) { LookAsync = LookAsync, MoveLeaderAsync = MoveAsync };
        _place = new PlaceQuorum(place, drains, Id);
        _gate = new MachineGate(() => updates.Status, static () => true, new UpdatesPlace
        {
            NodeProblem = static () => "",
            ClusterProblem = _ => Task.FromResult(IsInCluster ? "" : "no leader"),
            Others = static () => [],
        });
        _stop = new ReleaseStop(new FailedReleases(store), () => updates.Status, static () => "", Id, _place, _gate);
        MachineWants wants = new(() => updates.Status, static () => true, static () => "", "/nowhere");
        RebootService service = Service = new RebootService(
            new RebootServiceOptions { Folder = "/reboots", BootId = Slots.BootId, Seed = chance.NextUInt64() },
            new RebootPorts(this, this, this, this, this, wants, this, this), static () => s_reboots, _files, time,
            time, NullLogger<RebootService>.Instance);
        thread.Run(() =>
        {
            cluster.Units.Track(updates.RunAsync(CancellationToken.None));
            cluster.Units.Track(service.RunAsync(CancellationToken.None));
        });
    }

    /// <summary>People order something of the update client.</summary>
    public void Order(UpdateOrderKind kind)
    {
        if (Node.IsRunning && Updates is { } updates)
            _thread!.Run(() => cluster.Units.Track(updates.OrderAsync(new UpdateOrder(kind), CancellationToken.None)));
    }

    /// <summary>The supervisor is killed; another one begins.</summary>
    public void Kill(long after)
    {
        if (!Node.IsRunning)
            return;
        cluster.Mark($"the supervisor of {Node.Index} is killed");
        // For so long that its lease may be over: to the others it has died.
        if (after > cluster.Plan.Units.Lease.Ticks * 100 / 2)
            cluster.Service.Disturb();
        _files = _files.AfterKill();
        Forget();
        Node.Die();
        cluster.World.After(after, () => cluster.Units.Begin(Node));
    }

    /// <summary>The power is gone.</summary>
    public void Crash(long comesBackAfter)
    {
        if (!Node.IsUp)
            return;
        cluster.Mark($"machine {Node.Index} loses its power");
        CrashedAt = Now;
        cluster.Service.Disturb();
        GoDown(_files.AfterPowerCut(cluster.Chance), comesBackAfter);
    }

    /// <summary>It boots with the slot that is next.</summary>
    public void Boot()
    {
        if (Node.IsUp)
            return;
        bool isPlanned = IsAsked;
        IsAsked = false;
        Slots.Boot();
        cluster.World.Trace.Note(4, (ulong)Node.Index, WholeSlots.CounterOf(Slots.Version));
        cluster.Mark($"machine {Node.Index} boots {Slots.Version}");
        cluster.Checker.Booted(this, isPlanned);
        Node.IsUp = true;
        cluster.Units.Begin(Node);
    }

    /// <summary>Its update client has it boot the version before.</summary>
    public void GoBack()
    {
        cluster.Tally.Count("a machine goes back");
        // A power cut took it into that version, undrained, and nothing drains it now.
        if (!cluster.Checker.Holds(this))
            cluster.Service.Disturb();
        cluster.Mark($"machine {Node.Index} goes back from {Slots.Version}");
        GoDownLater();
    }

    async Task ILock.TakeAsync(string group, string why, Action<string> told, CancellationToken cancellation)
    {
        await StepAsync("lock", cancellation);
        await _lock!.TakeAsync(group, why, told, cancellation);
    }

    async Task ILock.ReleaseAsync(string group, CancellationToken cancellation)
    {
        await StepAsync("release", cancellation);
        await _lock!.ReleaseAsync(group, cancellation);
    }

    async Task IDrain.CordonAsync(string why, CancellationToken cancellation)
    {
        await StepAsync("cordon", cancellation);
        await _units!.CordonAsync(why, cancellation);
    }

    async Task IDrain.DrainAsync(string why, TimeSpan limit, Action<string> told, CancellationToken cancellation)
    {
        await StepAsync("drain", cancellation);
        if (cluster.Plan.Bug != WholeBug.LeavesUnits)
            await _units!.DrainAsync(why, limit, told, cancellation);
    }

    async Task IDrain.UncordonAsync(CancellationToken cancellation)
    {
        await StepAsync("uncordon", cancellation);
        cluster.Checker.Uncordons(this);
        await _units!.UncordonAsync(cancellation);
    }

    async Task ILeadership.MoveAwayAsync(CancellationToken cancellation)
    {
        await StepAsync("move leader", cancellation);
        await _place!.MoveAwayAsync(cancellation);
    }

    async Task<string> ILogins.WarnAsync(string why, TimeSpan time, CancellationToken cancellation)
    {
        await StepAsync("warn", cancellation);
        return "";
    }

    Task IRestart.SyncAsync(CancellationToken cancellation) => StepAsync("sync", cancellation);

    async Task IRestart.RestartAsync(string by, CancellationToken cancellation)
    {
        await StepAsync("restart", cancellation);
        cluster.Mark($"machine {Node.Index} restarts");
        cluster.Checker.Asked(this);
        IsAsked = true;
        GoDownLater();
    }

    async Task<RebootPermission> IQuorum.LookAsync(bool isLast, CancellationToken cancellation)
    {
        await StepAsync(isLast ? "last look" : "look", cancellation);
        IQuorum asked = cluster.Plan.Bug == WholeBug.ForgetsStop ? _place! : _stop!;
        RebootPermission permission = await asked.LookAsync(isLast, cancellation);
        if (permission.Breaks.Contains("went back", StringComparison.Ordinal))
            cluster.Tally.Count("a release is stopped");
        return permission;
    }

    async Task<GateLook> IGate.LookAsync(CancellationToken cancellation)
    {
        await StepAsync("judge", cancellation);
        IGate asked = cluster.Plan.Bug == WholeBug.NotesNothing ? _gate! : _stop!;
        return await asked.LookAsync(cancellation);
    }

    private async Task<RebootPermission> LookAsync(bool isLast, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(10), _time!, cancellation);
        AdmittedAt = Now;
        int healthy = 0;
        foreach (WholeMachine other in cluster.Machines)
        {
            if (other != this && other.IsVoter && other.Node.IsRunning && other.IsInCluster
                && !(isLast && other.IsLeaving))
                healthy++;
        }

        RebootPermission permission = RebootsPlaces.Judge(cluster.Plan.Units.Members, IsVoter, healthy);
        if (permission.Breaks.Length > 0)
            cluster.Tally.Count("the quorum needs a machine");
        return permission;
    }

    private async Task MoveAsync(CancellationToken cancellation)
    {
        if (Member is not { Leading: > 0 } member || cluster.Units.Store.Leader != member)
            return;
        cluster.Tally.Count("leadership moves away");
        cluster.Units.Store.Transfer();
        for (int looks = 0; cluster.Units.Store.Leader is not { } leader || leader == member; looks++)
        {
            if (looks == 100)
                throw new IOException("leadership is still here");
            await Task.Delay(TimeSpan.FromMilliseconds(100), _time!, cancellation);
        }
    }

    // Its own member; where there is none, the one that its agent uses.
    private StoreMember? Home() => cluster.Units.AgentOf(Node)?.Home();

    private async Task StepAsync(string name, CancellationToken cancellation)
    {
        cluster.World.Trace.Note(3, (ulong)Node.Index, (ulong)name.Length, (ulong)Slots.Boots);
        if (cluster.World.Trace.IsVerbose && name != "judge")
            cluster.World.Trace.Mark($"machine {Node.Index}: {name}");
        cluster.Faults.Strike(this, name);
        await Task.Delay(TimeSpan.FromMilliseconds(10), _time!, cancellation);
    }

    private void GoDownLater()
    {
        int boots = Slots.Boots;
        cluster.World.After(WholePlan.Second / 2, () =>
        {
            if (Node.IsUp && Slots.Boots == boots)
                GoDown(_files.AfterKill(), cluster.Plan.Boot.Ticks * 100);
        });
    }

    private void GoDown(SimulatedFiles files, long comesBackAfter)
    {
        _files = files;
        Forget();
        cluster.Units.PowerOff(Node);
        cluster.World.After(comesBackAfter, Boot);
    }

    private void Forget()
    {
        Service = null;
        Updates = null;
    }
}
