using CoreNode.Foundation;
using CoreNode.Hosting.Reboots;
using CoreNode.RebootLock;
using CoreNode.Reboots;
using CoreNode.Reboots.Service;
using CoreNode.Reboots.Service.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>
/// A machine: it boots, dies, and takes the version that is installed at each boot. The service that restarts it and
/// the lock are the real ones; what they do things by is a model.
/// </summary>
internal sealed class RebootsMachine(RebootsCluster cluster, int index)
    : ILock, IDrain, ILeadership, ILogins, IRestart, IWants, IQuorum, IGate
{
    private SimulatedFiles _files = new(new Prng(cluster.Plan.Seed).Child($"disk {index}"));
    private RebootsProcess? _process;
    private RebootSettings? _settings;
    private ClusterLock? _lock;
    private int _boot;

    public int Index { get; } = index;

    public string Id => $"machine-{Index}";

    public bool IsVoter => Index < cluster.Plan.Voters;

    public bool IsUp { get; private set; }

    /// <summary>It was asked to restart and is not back yet.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>It lost its power, and nobody brings it back.</summary>
    public bool IsLost { get; set; }

    public long BootedAt { get; private set; }

    /// <summary>When it lost its power last.</summary>
    public long CrashedAt { get; private set; } = -1;

    /// <summary>When it was asked to restart last.</summary>
    public long AskedAt { get; private set; } = -1;

    /// <summary>When it was looked at last whether the cluster can do without it.</summary>
    public long AdmittedAt { get; private set; } = -1;

    /// <summary>It was healthy, when somebody looked, since it was asked to restart.</summary>
    public bool IsProved { get; private set; }

    /// <summary>It has booted since it was asked to restart.</summary>
    public bool HasRestarted => BootedAt > AskedAt && AskedAt >= 0;

    public int Version { get; private set; } = 1;

    public int Installed { get; set; } = 1;

    public int Units { get; private set; } = 3;

    public bool IsCordoned { get; private set; }

    public RebootService? Service { get; private set; }

    public bool IsLeaving => Service?.IsLeaving != false;

    public bool HasStrayed => _process?.IsAstray == true;

    public bool IsWell => IsUp && cluster.World.Now >= BootedAt + (cluster.Plan.Settle.Ticks * 100)
        && !(Version == 2 && cluster.IsSick);

    public bool IsInCluster => IsUp && cluster.World.Now >= BootedAt + (2 * RebootsPlan.Second);

    RebootWant IWants.Now => Installed > Version
        ? new RebootWant(RebootWantKind.Update, $"{Installed} is installed")
        : RebootWant.None;

    /// <summary>The machine has booted.</summary>
    public void Boot()
    {
        if (IsUp || IsLost)
            return;
        IsUp = true;
        IsAsked = false;
        BootedAt = cluster.World.Now;
        _boot++;
        if (Version != Installed)
            cluster.World.Trace.Note(4, (ulong)Index, (ulong)Installed);
        Version = Installed;
        cluster.Say($"{Id} boots with version {Version}");
        Begin();
        cluster.Store.Elect();
        if (Version == 2 && cluster.Plan.Release == RebootsRelease.GoesBack)
            GoBackLater(_boot);
    }

    /// <summary>The node's process begins.</summary>
    public void Begin()
    {
        if (!IsUp)
            return;
        if (_process is not null)
            _process.IsDead = true;
        RebootsProcess process = _process = new RebootsProcess(cluster.World);
        Prng chance = new(cluster.Chance.NextUInt64());
        _lock = new ClusterLock(
            new Semaphores(
                new RebootsClient(cluster, this, process), process.Time, chance.Child("lock"),
                NullLogger<Semaphores>.Instance),
            Id, cluster.Plan.ReleaseLimit, process.Time);
        if (cluster.Plan.Bug == RebootsBug.ForgetsState)
            _files = new SimulatedFiles(chance.Child("disk"));
        RebootService service = Service = new RebootService(
            new RebootServiceOptions { Folder = "/reboots", BootId = $"boot-{_boot}", Seed = chance.NextUInt64() },
            new RebootPorts(this, this, this, this, this, this, this, this), Settings, _files, process.Time,
            process.Time, NullLogger<RebootService>.Instance);
        process.Run(() =>
        {
            if (cluster.Plan.Bug == RebootsBug.UnlocksAtStart)
                cluster.Track(_lock.ReleaseAsync("", CancellationToken.None));
            cluster.Track(service.RunAsync(CancellationToken.None));
        });
    }

    /// <summary>The node's process is killed; another one begins.</summary>
    public void Kill()
    {
        if (!IsUp)
            return;
        cluster.Say($"{Id}: its node is killed");
        _process!.IsDead = true;
        _files = _files.AfterKill();
        cluster.World.After(2 * RebootsPlan.Second, Begin);
    }

    /// <summary>The power is gone.</summary>
    public void Crash(long comesBackAfter)
    {
        if (!IsUp)
            return;
        cluster.Say($"{Id} loses its power");
        CrashedAt = cluster.World.Now;
        GoDown(_files.AfterPowerCut(cluster.Chance), comesBackAfter);
    }

    public void Mend() => IsLost = false;

    async Task ILock.TakeAsync(string group, string why, Action<string> told, CancellationToken cancellation)
    {
        await StepAsync("lock", 0.01, cancellation);
        await _lock!.TakeAsync(group, why, told, cancellation);
    }

    async Task ILock.ReleaseAsync(string group, CancellationToken cancellation)
    {
        await StepAsync("release", 0.01, cancellation);
        if (cluster.Plan.Bug != RebootsBug.KeepsLock)
            await _lock!.ReleaseAsync(group, cancellation);
    }

    async Task IDrain.CordonAsync(string why, CancellationToken cancellation)
    {
        await StepAsync("cordon", 0.05, cancellation, isInStore: true);
        IsCordoned = true;
    }

    async Task IDrain.DrainAsync(string why, TimeSpan limit, Action<string> told, CancellationToken cancellation)
    {
        if (cluster.Plan.Bug == RebootsBug.LeavesUnits)
            return;
        await StepAsync("drain", cluster.Plan.Drain.TotalSeconds, cancellation, isInStore: true);
        Units = 0;
    }

    async Task IDrain.UncordonAsync(CancellationToken cancellation)
    {
        await StepAsync("uncordon", 0.05, cancellation, isInStore: true);
        IsCordoned = false;
        Units = 3;
        cluster.Checker.Uncordoned(this);
    }

    async Task ILeadership.MoveAwayAsync(CancellationToken cancellation)
    {
        await StepAsync("move leader", 0.01, cancellation);
        if (cluster.Store.Leader == this && cluster.Plan.Voters > 1)
            cluster.Store.Transfer();
    }

    async Task<string> ILogins.WarnAsync(string why, TimeSpan time, CancellationToken cancellation)
    {
        await StepAsync("warn", 0.01, cancellation);
        return "";
    }

    Task IRestart.SyncAsync(CancellationToken cancellation) => StepAsync("sync", 0.1, cancellation);

    async Task IRestart.RestartAsync(string by, CancellationToken cancellation)
    {
        await StepAsync("restart", 0.01, cancellation);
        cluster.Say($"{Id} is asked to restart");
        cluster.Checker.Asked(this);
        IsProved = false;
        AskedAt = cluster.World.Now;
        if (cluster.IsTurmoil && cluster.Chance.Chance(0.05))
        {
            cluster.Tally.Count("a machine does not go down");
            return;
        }

        IsAsked = true;
        int boot = _boot;
        cluster.World.After(RebootsPlan.Second / 2, () =>
        {
            if (IsUp && _boot == boot)
                GoDown(_files.AfterKill(), cluster.Plan.Boot.Ticks * 100);
        });
    }

    async Task<RebootPermission> IQuorum.LookAsync(bool isLast, CancellationToken cancellation)
    {
        await StepAsync("look", 0.01, cancellation);
        AdmittedAt = cluster.World.Now;
        if (cluster.Plan.Bug == RebootsBug.ForgetsQuorum)
            return RebootPermission.Granted;
        int healthy = cluster.Voters.Count(v => v != this && v.IsInCluster && !(isLast && v.IsLeaving));
        RebootPermission permission = RebootsPlaces.Judge(cluster.Plan.Voters, IsVoter, healthy);
        if (permission.Breaks.Length > 0)
            cluster.Tally.Count(permission.IsUnavoidable ? "an outage is looked at" : "the quorum needs a machine");
        return permission;
    }

    async Task<GateLook> IGate.LookAsync(CancellationToken cancellation)
    {
        await StepAsync("judge", 0.01, cancellation);
        IsProved |= IsWell && cluster.Store.IsThere;
        bool isGood = (IsWell && cluster.Store.IsThere) || cluster.Plan.Bug == RebootsBug.OpensGate;
        return new GateLook(isGood ? RebootVerdict.Healthy : RebootVerdict.Waiting, isGood ? "" : "not yet");
    }

    private async Task StepAsync(string name, double seconds, CancellationToken cancellation, bool isInStore = false)
    {
        cluster.World.Trace.Note(3, (ulong)Index, (ulong)name.Length, (ulong)_boot);
        cluster.Say($"{Id}: {name}");
        cluster.Faults.Strike(this, name, seconds);
        await Task.Delay(TimeSpan.FromSeconds(seconds), _process!.Time, cancellation);
        if (isInStore && !cluster.Store.IsThere)
            throw new IOException("the store does not answer");
    }

    private RebootSettings Settings()
    {
        RebootSettings settings = _settings ??= cluster.Plan.Settings;
        bool isBlind = cluster.Plan.Bug == RebootsBug.ForgetsWindow
            && Service?.Status.Stage is "lock-wait" or "admitted" or "leaving" or "warning" or "stopping";
        return isBlind ? settings with { Windows = null } : settings;
    }

    private void GoDown(SimulatedFiles files, long comesBackAfter)
    {
        IsUp = false;
        _process!.IsDead = true;
        Service = null;
        _files = files;
        if (cluster.Store.Leader == this)
            cluster.Store.LoseLeader(cluster.Chance.Next(1, 4) * RebootsPlan.Second);
        cluster.World.After(comesBackAfter, Boot);
    }

    // What the judge of health does with a version that does not work, once its time is over.
    private void GoBackLater(int boot) => cluster.World.After(20 * RebootsPlan.Second, () =>
    {
        if (!IsUp || _boot != boot)
            return;
        cluster.Tally.Count("a machine goes back");
        cluster.StopsRelease();
        Installed = 1;
        GoDown(_files.AfterKill(), cluster.Plan.Boot.Ticks * 100);
    });
}
