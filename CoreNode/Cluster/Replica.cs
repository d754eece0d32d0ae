using System.Threading.Channels;
using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster;

/// <summary>
/// One member's copy of the store: recovers it from disk, runs its loop, and offers it to the surfaces. Any thread may
/// call. If <see cref="Completion"/> faults (a failed fsync, a broken invariant, a member that must stop) the process
/// must end: nothing is retried on a disk whose state is unknown.
/// </summary>
public sealed partial class Replica : IKeyStore, ILeaderLog, IClusterView, IMembership, IWalOwner, IAsyncDisposable
{
    private static readonly TimeSpan s_askPeersFor = TimeSpan.FromSeconds(3);

    private readonly ReplicaOptions _options;
    private readonly IFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger<Replica> _logger;
    private readonly ProposalLoad _load;
    private readonly ThreadParker _parker = new();
    private readonly Inbox _inbox;
    private readonly List<WatchQueue> _signals = [];
    private readonly ReplicaCore _core;
    private readonly ReplicaLoop _loop;
    private readonly WalThread _wal;
    private readonly SnapshotStore _store;
    private readonly SnapshotJobs _snapshots;
    private readonly IPeerTransport? _transport;
    private readonly TaskCompletionSource _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hasLeader = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _systemChanged = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly LeadingTerm _leading = new();
    private volatile IKeyspace _current;
    private volatile MemberList _members;
    private volatile ClusterStatus _status;
    private volatile bool _isDiskFull;
    private volatile bool _isStopped;
    private Task _announcing = Task.CompletedTask;
    private Task _finding = Task.CompletedTask;
    private Task _keepingVersion = Task.CompletedTask;
    private ulong _leader;
    private long _leaderSinceTicks;
    private long _rounds;

    private Replica(
        ReplicaOptions options, ReplicaState state, IFiles files, WalLog log, SnapshotStore store, TimeProvider time,
        ILoggerFactory logs, IPeerTransport? transport)
    {
        _options = options;
        _files = files;
        _time = time;
        _logger = logs.CreateLogger<Replica>();
        _transport = transport;
        _store = store;
        _load = new ProposalLoad(options.MaxPendingProposals, options.MaxPendingBytes);
        _inbox = new Inbox(_parker);
        _wal = new WalThread(log, this);
        _snapshots = new SnapshotJobs(store, _inbox, time, logs.CreateLogger<SnapshotJobs>());
        ReplicaPorts ports = new(
            new WalWriter(_wal), _snapshots, time, _signals, (IPeerSender?)transport ?? NoPeers.Instance)
        {
            Logger = _logger,
        };
        _core = new ReplicaCore(options, state, ports);
        _loop = new ReplicaLoop(_core, _inbox, _parker, _signals, Publish);
        Completion = Task.WhenAny(_loop.Completion, _fault.Task).Unwrap();
        _current = _core.Published;
        _status = _core.Status;
        _members = new MemberList(_current, MemberRecords.Read(_current));
        _leaderSinceTicks = time.GetUtcNow().UtcTicks;
        ClusterId = state.ClusterId;
        Self = state.Self;
        StartTime = time.GetUtcNow();
    }

    public IKeyspace Current => _current;

    public StoreStatistics Statistics { get; private init; } = new();

    private Joining? Joining { get; init; }

    public bool IsOwnerThread => ReplicaLoop.IsLoopThread;

    public ulong ClusterId { get; }

    public NodeId Self { get; }

    public string Name => _options.Name;

    public NodeId Leader => new(Volatile.Read(ref _leader));

    public DateTimeOffset StartTime { get; }

    public DateTimeOffset LeaderSince => new(Volatile.Read(ref _leaderSinceTicks), TimeSpan.Zero);

    /// <summary>Ends when the replica has stopped; faults if it could not go on.</summary>
    public Task Completion { get; }

    /// <summary>Rounds of the loop so far; a number that stands still means a loop that hangs.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    /// <summary>fsync counts and times, for metrics and health.</summary>
    public WalSyncStatistics SyncStatistics => _wal.Statistics;

    /// <summary>Snapshots written and verified since the start.</summary>
    public long SnapshotsTaken => _snapshots.Taken;

    public ClusterStatus Status
    {
        get
        {
            WalSyncStatistics sync = _wal.Statistics;
            return _status with { SyncP99 = sync.RecentP99, SyncRunning = sync.Running };
        }
    }

    public long DiskBytes
    {
        get
        {
            string[] folders = [Path.Combine(_options.Folder, "wal"), _store.Folder];
            return folders.Sum(folder => _files.List(folder).Sum(name => LengthOf(Path.Combine(folder, name))));
        }
    }

    public IReadOnlyList<Member> Members
    {
        get
        {
            IKeyspace current = _current;
            MemberList members = _members;
            if (!ReferenceEquals(members.Keyspace, current))
                _members = members = new MemberList(current, MemberRecords.Read(current));
            return members.Members;
        }
    }

    public string? UnhealthyReason =>
        _isStopped ? "the node is stopping"
        : _loop.Completion.IsFaulted || _fault.Task.IsFaulted ? "the node has failed and is about to end"
        : _isDiskFull ? "the disk of the data folder is full: writes are refused until there is room"
        : MemberHealth.Reason(Status, !Leader.IsNone, _time.GetUtcNow() - LeaderSince, _options.ElectionTimeout);

    /// <summary>
    /// Recovers the replica from its folder, or makes it at the first start. The only voter of a cluster serves once it
    /// leads and has announced itself; others at once, and announce themselves when there is a leader.
    /// </summary>
    /// <param name="options">How it runs.</param>
    /// <param name="files">The disk.</param>
    /// <param name="time">The clocks.</param>
    /// <param name="logs">Where it says what it does.</param>
    /// <param name="transport">The way to other members; null for a cluster of one that nobody can join.</param>
    /// <param name="probe">Asks running members before this one has an identity.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CorruptionException">Stored data is damaged.</exception>
    /// <exception cref="MemberStoppedException">This member stopped for good before.</exception>
    /// <exception cref="IOException">It cannot join, or the peer listener cannot be opened.</exception>
    public static async Task<Replica> StartAsync(
        ReplicaOptions options, IFiles files, TimeProvider time, ILoggerFactory logs, IPeerTransport? transport,
        IClusterProbe? probe, CancellationToken cancellation)
    {
        files.CreateFolder(options.Folder);
        StateReplacement.Finish(files, options.Folder);
        if (StopNote.Read(files, options.Folder) is { } stop)
            throw new MemberStoppedException(stop);
        StoreStatistics statistics = new();
        SnapshotStore store = new(files, options.Folder, time);
        Recovery recovery = new(options, files, store, statistics, logs.CreateLogger<Recovery>());
        (ReplicaState state, WalLog log) = await RecoverAsync(options, recovery, probe, time, logs, cancellation);
        Replica replica = new(options, state, files, log, store, time, logs, transport)
        {
            Statistics = statistics,
            Joining = probe is null ? null : new Joining(options, probe, time, logs.CreateLogger<Joining>()),
        };
        if (transport is not null)
            await transport.StartAsync(new PeerIdentity(state.ClusterId, state.Self), replica, cancellation);
        bool isAlone = state.Raft.Configuration.IsSoleVoter(state.Self);
        if (isAlone)
            state.Raft.Campaign();
        replica._loop.Start();
        replica._announcing = replica.AnnounceAsync(cancellation);
        if (isAlone)
        {
            // Everything acknowledged before the last stop is applied again before anybody is served.
            await replica._announcing;
            await replica.ReadLinearizableAsync(cancellation);
        }

        return replica;
    }

    public ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation) =>
        ProposeInAsync(command, Term.Zero);

    private ValueTask<KeyOutcome> ProposeInAsync(byte[] command, Term onlyIn)
    {
        if (Refusal(command) is { } refusal)
            return ValueTask.FromResult(new KeyOutcome(null, refusal, StoreIndex.Zero));
        _load.Add(command.Length);
        Proposal proposal = Proposal.Rent(command, _time.GetTimestamp(), _load, onlyIn);
        ValueTask<KeyOutcome> answer = proposal.Task;
        _inbox.Post(proposal);
        return answer;
    }

    public ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(CancellationToken cancellation) =>
        ReadInAsync(Term.Zero);

    private ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadInAsync(Term onlyIn)
    {
        if (_isStopped)
            return ValueTask.FromResult<(IKeyspace?, KeyError?)>((null, StoreErrors.Stopped));
        ReadBarrier read = new(_time.GetTimestamp(), onlyIn);
        _inbox.Post(read);
        return new ValueTask<(IKeyspace?, KeyError?)>(read.Completion.Task);
    }

    public ValueTask<WatchOutcome> WatchAsync(WatchRequest request, CancellationToken cancellation)
    {
        if (_isStopped)
            return ValueTask.FromResult(new WatchOutcome(null, StoreErrors.Stopped));
        AddWatch watch = new(request, new WatchQueue(_inbox, _signals));
        _inbox.Post(watch);
        return new ValueTask<WatchOutcome>(watch.Completion.Task);
    }

    public ValueTask<MemberChangeOutcome> ChangeAsync(MemberChange change, CancellationToken cancellation)
    {
        ChangeMembers message = new(change, _time.GetTimestamp());
        _inbox.Post(message);
        return new ValueTask<MemberChangeOutcome>(message.Completion.Task.WaitAsync(cancellation));
    }

    public ValueTask<MemberChangeOutcome> MoveLeaderAsync(NodeId target, CancellationToken cancellation)
    {
        MoveLeader message = new(target);
        _inbox.Post(message);
        return new ValueTask<MemberChangeOutcome>(message.Completion.Task.WaitAsync(cancellation));
    }

    public bool IsRemoved(NodeId node) => MemberRecords.IsRemoved(_current, node);

    /// <summary>Answers what is in the log, ends watches, writes what is left and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        _leading.Set(Term.Zero);
        await _stopping.CancelAsync();
        _loop.RequestStop();
        await _loop.Completion.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _announcing.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _keepingVersion.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _finding.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (_transport is not null)
            await _transport.DisposeAsync();
        _snapshots.Dispose();
        _wal.Dispose();
        _stopping.Dispose();
    }

    void IWalOwner.Persisted(long appendNumber) => _inbox.Post(new LogPersisted(appendNumber));

    void IWalOwner.Failed(Exception fault)
    {
        _logger.LogFailed(fault);
        _fault.TrySetException(fault);
    }

    void IWalOwner.DiskFullChanged(bool isFull)
    {
        _isDiskFull = isFull;
        if (isFull)
            _logger.DiskFull(_options.Folder);
        else
            _logger.DiskHasRoom(_options.Folder);
    }

    private static async Task<(ReplicaState State, WalLog Log)> RecoverAsync(
        ReplicaOptions options, Recovery recovery, IClusterProbe? probe, TimeProvider time, ILoggerFactory logs,
        CancellationToken cancellation)
    {
        if (probe is null || options.InitialMembers.Count == 0)
            return recovery.Run();
        Joining joining = new(options, probe, time, logs.CreateLogger<Joining>());
        JoinPlan? plan = null;
        if (recovery.IsFirstStart)
        {
            (ulong clusterId, NodeId self) = recovery.InitialIdentity();
            if (options.JoinsExisting)
                plan = await joining.AskAsync(cancellation);
            else if (options.InitialMembers.Count > 1)
                await joining.CheckIsNewAsync(clusterId, self, cancellation);
        }

        (ReplicaState state, WalLog log) = recovery.Run(plan);

        // A member that stopped before it had the state in which it was added may not know where the others are. Where
        // it knows some, it does not wait for ever: they may all be starting, and wait for each other.
        IReadOnlyList<Member> known = MemberRecords.Read(state.Keys.Publish());
        if (plan is null && known.All(m => m.Id != state.Self))
        {
            TimeSpan limit = known.Count == 0 ? Timeout.InfiniteTimeSpan : s_askPeersFor;
            state = state with { FirstPeers = await joining.FindPeersAsync(state.ClusterId, limit, cancellation) };
        }

        return (state, log);
    }

    private long LengthOf(string path)
    {
        try
        {
            using IFile file = _files.Open(path, create: false);
            return file.Length;
        }
        catch (IOException)
        {
            // Renamed or removed since it was listed.
            return 0;
        }
    }

    private KeyError? Refusal(byte[] command)
    {
        if (_isStopped)
            return StoreErrors.Stopped;
        if (_isDiskFull && (KeyOperation)command[0] is not (KeyOperation.Delete or KeyOperation.CompareAndDelete
            or KeyOperation.Expire or KeyOperation.SystemSet or KeyOperation.SystemDelete))
        {
            return StoreErrors.DiskFull;
        }

        if (LogVersion.Refusal((KeyOperation)command[0], _current) is { } tooNew)
            return tooNew;
        return _load.IsAtLimit ? StoreErrors.TooManyRequests : null;
    }

    // Runs on the loop's thread after each round.
    private void Publish(ReplicaCore core)
    {
        if (!ReferenceEquals(_current, core.Published))
        {
            bool isSystemChanged = !ReferenceEquals(_current.SystemIdentity, core.Published.SystemIdentity);
            _current = core.Published;
            if (isSystemChanged)
                _systemChanged.Writer.TryWrite(true);
        }

        if (!ReferenceEquals(_status, core.Status))
            _status = core.Status;
        Volatile.Write(ref _rounds, _rounds + 1);
        _leading.Set(core.Raft.Role == RaftRole.Leader ? core.Raft.Term : Term.Zero);
        if (core.Stopped is { } stop)
            StopForGood(stop);
        if (Joining is { } joining && _finding.IsCompleted && core.TakeLacksLeader())
            _finding = FindLeaderAsync(joining);
        ulong leader = core.Leader.Value;
        if (leader == _leader)
            return;
        Volatile.Write(ref _leaderSinceTicks, _time.GetUtcNow().UtcTicks);
        Volatile.Write(ref _leader, leader);
        if (leader == 0)
        {
            _logger.LeaderLost(core.Raft.Term);
            return;
        }

        _logger.LeaderChanged(core.Leader, core.Raft.Term);
        _hasLeader.TrySetResult();
        _systemChanged.Writer.TryWrite(true);
    }

    private void StopForGood(MemberStop stop)
    {
        if (_isStopped)
            return;
        _isStopped = true;
        _logger.StopsForGood(stop.Message, stop.WhatToDo);
        try
        {
            StopNote.Write(_files, _options.Folder, stop);
        }
        catch (IOException)
        {
            // The process ends all the same; the next start finds out again.
        }

        _fault.TrySetException(new MemberStoppedException(stop));
    }

    private sealed record MemberList(IKeyspace Keyspace, IReadOnlyList<Member> Members);
}
