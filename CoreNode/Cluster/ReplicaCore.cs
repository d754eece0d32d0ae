using CoreNode.Cluster.Leases;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster;

/// <summary>
/// What the loop does, without its thread: takes messages, drives Raft, the log and the key space in one fixed order,
/// and collects the answers. A simulator drives the same code with its own clock, disk and network.
/// One round: <see cref="Handle"/> every waiting message, then <see cref="RunRound"/>, then <see cref="Answer"/>.
/// New entries go to the log and to other members before earlier ones are answered, so disk and network work while
/// answers are sent. Invariant: nothing is answered with success before it is applied, nothing is applied before it is
/// durable here, no promise leaves before what it promises is durable.
/// </summary>
internal sealed partial class ReplicaCore
{
    private static readonly TimeSpan s_expiryInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_comparisonInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryInterval = TimeSpan.FromSeconds(1);

    private readonly ReplicaOptions _options;
    private readonly RaftNode _raft;
    private readonly ILogWriter _log;
    private readonly ISnapshotJobs _snapshots;
    private readonly TimeProvider _time;
    private readonly IPeerSender _peers;
    private readonly ILogger _logger;
    private readonly List<WatchQueue> _signals;
    private readonly List<Proposal> _completed = [];
    private readonly List<KeyStateMachine> _received = [];
    private readonly List<CaptureState> _captures = [];
    private readonly ClientWrites _writes;
    private readonly PendingReads _reads;
    private readonly AppendsInFlight _appends = new();
    private readonly LogRetention _retention;
    private readonly PeerActivity _activity;
    private readonly LeaderWait _leaderWait;
    private readonly AppendTraffic _traffic;
    private readonly MemberChanges _members;
    private readonly StateComparison _comparison;
    private readonly SnapshotTransfers _transfers;
    private readonly HashSet<NodeId> _connected = [];
    private KeyStateMachine _kv;
    private WalHardState? _unwrittenHardState;
    private long _nextTickAt;
    private long _nextExpiryAt;
    private long _nextComparisonAt;
    private long _nextSnapshotAt;
    private int _comparisons;
    private LogIndex _expireIndex;
    private long _expiredUntilNs;
    private LogIndex _snapshotIndex;
    private bool _isSnapshotRunning;
    private LogIndex _snapshotRunningAt;
    private int _installing;
    private bool _haveMembersChanged = true;
    private IReadOnlyList<PeerAddress> _toldPeers;
    private bool _lacksLeader;
    private bool _isHandedOver;
    private LeaderState _leaderState;
    private NodeId _lastLeader;
    private long _leaderChanges;
    private long _leaderHeardAt;

    internal ReplicaCore(ReplicaOptions options, ReplicaState state, ReplicaPorts ports)
    {
        _options = options;
        _raft = state.Raft;
        _kv = state.Keys;
        _snapshotIndex = state.Snapshot.Index;
        _toldPeers = state.FirstPeers;
        _log = ports.Log;
        _snapshots = ports.Snapshots;
        _time = ports.Time;
        _peers = ports.Peers;
        _signals = ports.Signals;
        _logger = ports.Logger;
        Prng chance = new Prng(options.Seed).Child("replica");
        _writes = new ClientWrites(_raft, _peers, _completed, chance.NextUInt64() >> 1);
        _reads = new PendingReads(_raft, chance.NextUInt64() >> 1);
        _retention = new LogRetention(options.RetainedEntries);
        _activity = new PeerActivity(_time, options.ElectionTimeout);
        _leaderWait = new LeaderWait(_time, options.ElectionTimeout);
        _traffic = new AppendTraffic(_time);
        _members = new MemberChanges(
            _raft, _peers, options.ClusterToken, _activity, chance.NextUInt64() >> 1);
        _comparison = new StateComparison(_raft, _peers);
        _transfers = new SnapshotTransfers(_raft, _peers, state.Snapshot);
        Published = _kv.Publish();
        _leaderState = new LeaderState(_raft.Leader, _raft.Role, _raft.Term);
        _nextTickAt = _time.GetTimestamp() + Ticks(options.HeartbeatInterval);
        _leaderHeardAt = _time.GetTimestamp();
        Status = MakeStatus();
    }

    /// <summary>The key space after the last round.</summary>
    internal IKeyspace Published { get; private set; }

    /// <summary>How this member stands, a tick old at most.</summary>
    internal ClusterStatus Status { get; private set; }

    /// <summary>The leader as known after the last round.</summary>
    internal NodeId Leader => _raft.Leader;

    internal RaftNode Raft => _raft;

    /// <summary>The state machine, for those who judge it; nobody else touches it.</summary>
    internal KeyStateMachine Keys => _kv;

    /// <summary>Where the loop takes its time from.</summary>
    internal TimeProvider Time => _time;

    internal ulong SnapshotsTaken { get; private set; }

    /// <summary>Writes that are in the log and not applied.</summary>
    internal int PendingCount => _writes.PendingCount;

    /// <summary>True if no other member has to confirm a write.</summary>
    internal bool IsAlone => _raft.Configuration.IsSoleVoter(_raft.Id);

    /// <summary>True while writes wait for the log.</summary>
    internal bool HasPending => _writes.HasPending || _appends.Count > 0;

    /// <summary>Why this member must stop for good, and how; null while it may go on.</summary>
    internal MemberStop? Stopped { get; private set; }

    /// <summary>Takes one message; its effect shows in the next round.</summary>
    internal void Handle(LoopMessage message)
    {
        switch (message)
        {
            case Proposal proposal:
                _writes.Add(proposal);
                break;
            case LogPersisted persisted:
                TakePersisted(persisted.AppendNumber);
                break;
            case PeerRaftMessage peer when Stopped is null:
                Step(peer.Message);
                break;
            case ReadBarrier read:
                _reads.Add(read);
                break;
            case AddWatch watch:
                StartWatch(watch);
                break;
            case RemoveWatch watch:
                _kv.RemoveWatcher(watch.Queue);
                break;
            case PeerOtherMessage other when Stopped is null:
                Take(other.Message);
                break;
            case PeerUnreachable unreachable:
                _raft.ReportUnreachable(unreachable.Node);
                break;
            default:
                HandleRare(message);
                break;
        }
    }

    /// <summary>Proposes what came in, lets Raft run, applies and publishes what is committed.</summary>
    internal void RunRound()
    {
        if (Stopped is not null)
        {
            Stop(StoreErrors.Diverged);
            return;
        }

        long now = _time.GetTimestamp();
        TickIfDue(now);
        if (_raft.Role == RaftRole.Leader)
            _leaderHeardAt = now;
        ExpireIfDue(now);
        _writes.Propose();
        _reads.Request(now);
        bool hasApplied = false;
        while (_raft.HasReady)
            hasApplied |= Process(_raft.TakeReady());
        _received.Clear();
        if (hasApplied)
        {
            Published = _kv.Publish();
            _comparison.AnswerLate(NowUnixNs());
        }

        _members.Finish(_kv.AppliedIndex);
        StartSnapshotIfDue(now);
        GiveCaptures();
        _reads.CompleteUpTo(Published);
        FollowMembers();
        _peers.Flush();
    }

    /// <summary>Gives out the answers of the round, after the owner has published <see cref="Published"/>.</summary>
    internal void Answer()
    {
        // Not foreach: a continuation may end a watch or post, and must never see a half-walked list.
        for (int i = 0; i < _completed.Count; i++)
            _completed[i].Complete();
        _completed.Clear();
    }

    /// <summary>How long the loop may sleep if nothing comes in.</summary>
    internal TimeSpan TimeToNextEvent()
    {
        long now = _time.GetTimestamp();
        TimeSpan toTick = _time.GetElapsedTime(now, _nextTickAt);
        long next = _kv.NextExpirationUnixNs;
        if (next == long.MaxValue || _raft.Role != RaftRole.Leader)
            return toTick;
        // Compared before subtracting: a ttl that wrapped around leaves a deadline before 1970.
        long nowNs = NowUnixNs();
        TimeSpan toExpiry = next <= nowNs ? TimeSpan.Zero : TimeSpan.FromTicks((next - nowNs) / 100);
        TimeSpan toCheck = _time.GetElapsedTime(now, _nextExpiryAt);
        TimeSpan expiry = toExpiry > toCheck ? toExpiry : toCheck;
        return expiry < toTick ? expiry : toTick;
    }

    /// <summary>Ends everything that waits; afterwards nothing is accepted.</summary>
    internal void Stop(KeyError reason)
    {
        _writes.FailAll(reason);
        _reads.FailAll(reason);
        _members.FailAll();
        foreach (CaptureState capture in _captures)
            capture.Completion.TrySetException(new IOException("the node is stopping"));
        _captures.Clear();
    }

    /// <summary>
    /// Hands leadership to the member that is furthest, if this one leads others: a clean stop then costs no election.
    /// True while that is under way.
    /// </summary>
    internal bool HandOver()
    {
        if (_raft.Role != RaftRole.Leader || Stopped is not null)
            return false;
        NodeId target = BestSuccessor();
        if (_isHandedOver)
            return true;
        _isHandedOver = !target.IsNone && _raft.TransferLeadership(target) == TransferOutcome.Started;
        return _isHandedOver;
    }

    /// <summary>
    /// Writes the commit position that no append has carried yet, so that the next start has less to do.
    /// </summary>
    internal void WriteLastHardState()
    {
        if (_unwrittenHardState is { } state)
            _log.Append(new WalAppend([], state, MustSync: true));
        _unwrittenHardState = null;
    }

    private bool IsInstalling => _installing > 0;

    /// <summary>
    /// True, once, if a leader speaks whose address is not known here: it came while this member was away, and cannot
    /// be answered. Other members know it; what they say comes as <see cref="PeersFound"/>.
    /// </summary>
    internal bool TakeLacksLeader()
    {
        bool lacks = _lacksLeader;
        _lacksLeader = false;
        return lacks;
    }

    private void HandleRare(LoopMessage message)
    {
        switch (message)
        {
            case SnapshotFinished finished:
                FinishSnapshot(finished);
                break;
            case SnapshotReported reported:
                _transfers.Ended(reported.Node);
                _raft.ReportSnapshot(reported.Node, reported.IsDelivered);
                break;
            case SnapshotReceived received:
                TakeSnapshot(received);
                break;
            case ChangeMembers change:
                _members.Handle(change, Published, NowUnixNs());
                break;
            case MoveLeader move:
                MoveLeadership(move);
                break;
            case RemovedByPeers removed:
                StopFor(new MemberStop(
                    MemberStopKind.Removed, $"member {removed.By} says that this member was removed from the cluster"));
                break;
            case PeersFound found:
                _toldPeers = found.Peers;
                _haveMembersChanged = true;
                break;
            case CaptureState capture:
                _captures.Add(capture);
                break;
            case AskStanding ask:
                ask.Completion.TrySetResult(Standing());
                break;
            case PeerRaftMessage or PeerOtherMessage:
                // Stopped: nothing is taken from others any more.
                break;
            default:
                throw new InvariantException($"unknown loop message {message.GetType().Name}");
        }
    }

    private LeaderStanding Standing() => new(
        _raft.Id,
        _raft.Leader,
        _raft.Term,
        _raft.Role == RaftRole.Leader ? TimeSpan.Zero : _time.GetElapsedTime(_leaderHeardAt),
        [.. _raft.Configuration.Voters],
        [.. _raft.Configuration.OutgoingVoters]);

    private void StartWatch(AddWatch watch)
    {
        if (watch.Completion.Task.IsCompleted)
            return;
        watch.Queue.Begin(Published);
        KeyError? error = _kv.AddWatcher(watch.Request, watch.Queue);
        watch.Completion.TrySetResult(
            error is null ? new WatchOutcome(watch.Queue, null) : new WatchOutcome(null, error));
    }

    private long NowUnixNs() => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}
