using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Platform;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// One run of a member's program: the real loop's code, with the simulation's disk, network and clock. All of its
/// "threads" are events of the one thread of the simulation.
/// </summary>
internal sealed class SimulatedProcess
{
    private const int MaxMessagesARound = 2048;
    private const long RoundDelay = 20_000;
    private const long AnnouncePause = 5 * SimulationPlan.Second;

    private readonly SimulatedWorld _world;
    private readonly Inbox _inbox = new(new ThreadParker());
    private readonly List<WatchQueue> _signals = [];
    private readonly ProposalLoad _load = new(16_384, 256L << 20);
    private readonly List<SimulatedCall> _calls = [];
    private readonly SimulatedDisk _disk;
    private readonly KvOptions _kvOptions;
    private long _roundAt = long.MaxValue;
    private bool _hasEnded;
    private bool _isFinding;

    public SimulatedProcess(SimulatedMember member, ReplicaOptions options)
    {
        Member = member;
        SimulatedCluster cluster = member.Cluster;
        _kvOptions = new KvOptions { HistoryCapacity = options.HistoryCapacity };
        _world = cluster.World;
        Store = new SnapshotStore(member.Files, options.Folder, member.Time);
        Recovery recovery = new(options, member.Files, Store, new StoreStatistics(), NullLogger.Instance);
        (ReplicaState state, WalLog log) = recovery.Run(recovery.IsFirstStart ? member.Plan : null);
        // As Replica: one that stopped before it had the state in which it was added asks where the others are.
        if (state.FirstPeers.Count == 0
            && MemberRecords.Read(state.Keys.Publish()).All(known => known.Id != state.Self))
            state = state with { FirstPeers = cluster.Membership.FindPeers(member) };
        _disk = new SimulatedDisk(_world, cluster.Plan, this, log, state.Raft);
        Peers = new SimulatedPeers(cluster.Network, this);
        SimulatedSnapshots snapshots = new(_world, this, Store);
        Core = new ReplicaCore(options, state, new ReplicaPorts(_disk, snapshots, member.Time, _signals, Peers));
        if (state.Raft.Configuration.IsSoleVoter(state.Self))
            state.Raft.Campaign();
    }

    public SimulatedMember Member { get; }

    public NodeId Id => Member.Id;

    public ReplicaCore Core { get; }

    public SnapshotStore Store { get; }

    public SimulatedDisk Disk => _disk;

    public SimulatedPeers Peers { get; }

    public bool HasEnded => _hasEnded;

    /// <summary>True while a leader's snapshot comes in.</summary>
    public bool IsReceiving { get; set; }

    /// <summary>The first round.</summary>
    public void Begin()
    {
        Member.Cluster.Checker.Started(this);
        Member.Cluster.Network.ProcessStarted(this);
        PlanRound(_world.Now + RoundDelay);
        _world.After(AnnouncePause, Announce);
        Peers.Dial();
    }

    /// <summary>A leader begins or goes on to send a snapshot; as Replica does it.</summary>
    public ISnapshotSink? AcceptSnapshot(RaftMessage message, long length)
    {
        if (IsReceiving || message.Snapshot!.Index <= Core.Published.AppliedIndex)
            return null;
        IsReceiving = true;
        return new SnapshotReceiver(
            Store, message, length, path => Store.Load(path, _kvOptions, new StoreStatistics()), Post,
            () => IsReceiving = false);
    }

    /// <summary>It is gone: whatever it planned will not happen, and who waits for it learns of it.</summary>
    public void End()
    {
        _hasEnded = true;
        _disk.Close();
        Member.Cluster.ProcessEnded(this);
        foreach (SimulatedCall call in _calls)
            call.Broken();
        _calls.Clear();
    }

    /// <summary>A message for the loop.</summary>
    public void Post(LoopMessage message)
    {
        _inbox.Post(message);
        PlanRound(_world.Now + RoundDelay);
    }

    /// <summary>A client's request has arrived.</summary>
    public void Submit(SimulatedCall call)
    {
        if (call.Submit(this, _load) is { } message)
            Post(message);
        _calls.Add(call);
    }

    /// <summary>A watcher begins.</summary>
    public AddWatch Watch(WatchRequest request)
    {
        AddWatch watch = new(request, new WatchQueue(_inbox, _signals));
        Post(watch);
        return watch;
    }

    /// <summary>
    /// Does what one of the process's other threads would do, unless the process is gone or stands still.
    /// </summary>
    public void RunThread(Action work)
    {
        if (_hasEnded)
            return;
        if (Member.PausedUntil > _world.Now)
        {
            _world.At(Member.PausedUntil, () => RunThread(work));
            return;
        }

        try
        {
            work();
        }
        catch (SimulatedCrashException crash)
        {
            Member.Write($"{Member.Name}: {crash.Message}");
            if (!_hasEnded)
                Member.Crash(isPowerCut: _world.Chance.Chance(0.6));
        }
    }

    // Its name, as a write like any other, until it stands in the state.
    private void Announce() => RunThread(() =>
    {
        byte[] command = MemberRecords.SetCommand(MemberRecords.AttributesKey(Id), [Member.Name]);
        if (MemberRecords.Attributes(Core.Published, Id).Count > 0)
            return;
        if (!Core.Leader.IsNone)
            Submit(new SimulatedCall(_world, command, static _ => { }));
        _world.After(AnnouncePause, Announce);
    });

    // As Replica: the members that it knows are asked for one that it does not.
    private void FindLeader()
    {
        _isFinding = true;
        _world.After(SimulationPlan.Second / 5, () => RunThread(() =>
        {
            _isFinding = false;
            IReadOnlyList<PeerAddress> found = Member.Cluster.Membership.AskForPeers(this);
            if (found.Count == 0)
                return;
            Probe.Hit("simulation.leader-found");
            Post(new PeersFound(found));
        }));
    }

    private void PlanRound(long at)
    {
        if (at >= _roundAt || _hasEnded)
            return;
        _roundAt = at;
        _world.At(at, () => RoundIfDue(at));
    }

    private void RoundIfDue(long at)
    {
        if (_hasEnded || _roundAt != at)
            return;
        _roundAt = long.MaxValue;
        if (Member.PausedUntil > _world.Now)
        {
            PlanRound(Member.PausedUntil);
            return;
        }

        Round();
    }

    // As ReplicaLoop does it.
    private void Round()
    {
        int taken = 0;
        while (taken < MaxMessagesARound && _inbox.TryTake(out LoopMessage? message))
        {
            Core.Handle(message);
            taken++;
        }

        Core.RunRound();
        Core.Answer();
        foreach (WatchQueue watcher in _signals)
            watcher.Signal();
        _signals.Clear();
        Member.Cluster.Checker.RoundEnded(this);
        for (int i = 0; i < _calls.Count; i++)
        {
            if (_calls[i].TryComplete())
                _calls.RemoveAt(i--);
        }

        if (Core.Stopped is { } stop)
        {
            Member.StopForGood(stop);
            return;
        }

        if (Core.TakeLacksLeader() && !_isFinding)
            FindLeader();
        Member.Cluster.RoundEnded(this);
        PlanRound(_world.Now + (_inbox.IsEmpty
            ? Math.Max(1000, Member.Time.ToWorld(Core.TimeToNextEvent()) + 100)
            : RoundDelay));
    }
}
