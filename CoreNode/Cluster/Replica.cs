using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Store;
using CoreNode.Wal;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster;

/// <summary>
/// One member's copy of the store: recovers it from disk, runs its loop, and offers it to the surfaces. Any thread may
/// call. If <see cref="Completion"/> faults (a failed fsync, a broken invariant) the process must end: nothing is
/// retried on a disk whose state is unknown.
/// </summary>
public sealed class Replica : IKeyStore, IClusterView, IWalOwner, IAsyncDisposable
{
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Replica> _logger;
    private readonly ProposalLoad _load;
    private readonly ThreadParker _parker = new();
    private readonly Inbox _inbox;
    private readonly List<WatchQueue> _signals = [];
    private readonly ReplicaCore _core;
    private readonly ReplicaLoop _loop;
    private readonly WalThread _wal;
    private readonly SnapshotJobs _snapshots;
    private readonly TaskCompletionSource _walFault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hasLeader = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IKeyspace _current;
    private volatile MemberList _members;
    private volatile bool _isDiskFull;
    private volatile bool _isStopped;
    private ulong _leader;
    private long _leaderSinceTicks;
    private long _rounds;

    private Replica(
        ReplicaOptions options, ReplicaState state, WalLog log, SnapshotStore store, TimeProvider time,
        ILoggerFactory logs)
    {
        _options = options;
        _time = time;
        _logger = logs.CreateLogger<Replica>();
        _load = new ProposalLoad(options.MaxPendingProposals, options.MaxPendingBytes);
        _inbox = new Inbox(_parker);
        _wal = new WalThread(log, this);
        _snapshots = new SnapshotJobs(store, _inbox, time, logs.CreateLogger<SnapshotJobs>());
        ReplicaPorts ports = new(new WalWriter(_wal), _snapshots, time, _signals, NoPeers.Instance);
        _core = new ReplicaCore(options, state, ports);
        _loop = new ReplicaLoop(_core, _inbox, _parker, _signals, Publish);
        Completion = Task.WhenAny(_loop.Completion, _walFault.Task).Unwrap();
        _current = _core.Published;
        _members = new MemberList(_current, MemberRecords.Read(_current));
        ClusterId = state.ClusterId;
        Self = state.Self;
        StartTime = time.GetUtcNow();
    }

    public IKeyspace Current => _current;

    public StoreStatistics Statistics { get; private init; } = new();

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

    public ClusterStatus Status { get; private set; } = new()
    {
        Role = "follower",
        Term = Term.Zero,
        Committed = LogIndex.Zero,
        Applied = LogIndex.Zero,
        Last = LogIndex.Zero,
        Voters = [],
        Learners = [],
        Followers = [],
    };

    public bool IsRemoved(NodeId node) => false;

    public string? UnhealthyReason =>
        _isStopped ? "the node is stopping"
        : _loop.Completion.IsFaulted || _walFault.Task.IsFaulted ? "the node has failed and is about to end"
        : Leader.IsNone ? "no leader is known: an election is running or there is no quorum"
        : _isDiskFull ? "the disk of the data folder is full: writes are refused until there is room"
        : null;

    /// <summary>
    /// Recovers the replica from its folder, or makes it at the first start, and serves once it knows a leader and has
    /// announced itself.
    /// </summary>
    /// <exception cref="CorruptionException">Stored data is damaged.</exception>
    public static async Task<Replica> StartAsync(
        ReplicaOptions options, IFiles files, TimeProvider time, ILoggerFactory logs, CancellationToken cancellation)
    {
        StoreStatistics statistics = new();
        SnapshotStore store = new(files, options.Folder, time);
        Recovery recovery = new(options, files, store, statistics, logs.CreateLogger<Recovery>());
        (ReplicaState state, WalLog log) = recovery.Run();
        Replica replica = new(options, state, log, store, time, logs) { Statistics = statistics };
        if (state.Raft.Configuration.IsSoleVoter(state.Self))
            state.Raft.Campaign();
        replica._loop.Start();
        await replica.AnnounceAsync(cancellation);
        return replica;
    }

    public ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation)
    {
        if (Refusal(command) is { } refusal)
            return ValueTask.FromResult(new KeyOutcome(null, refusal, StoreIndex.Zero));
        _load.Add(command.Length);
        Proposal proposal = Proposal.Rent(command, _time.GetTimestamp(), _load);
        ValueTask<KeyOutcome> answer = proposal.Task;
        _inbox.Post(proposal);
        return answer;
    }

    public ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(CancellationToken cancellation)
    {
        if (_isStopped)
            return ValueTask.FromResult<(IKeyspace?, KeyError?)>((null, StoreErrors.Stopped));
        ReadBarrier read = new(_time.GetTimestamp());
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

    /// <summary>Answers what is in the log, ends watches, writes what is left and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        _loop.RequestStop();
        await _loop.Completion.ContinueWith(static _ => { }, TaskScheduler.Default);
        _snapshots.Dispose();
        _wal.Dispose();
    }

    void IWalOwner.Persisted(long appendNumber) => _inbox.Post(new LogPersisted(appendNumber));

    void IWalOwner.Failed(Exception fault)
    {
        _logger.LogFailed(fault);
        _walFault.TrySetException(fault);
    }

    void IWalOwner.DiskFullChanged(bool isFull)
    {
        _isDiskFull = isFull;
        if (isFull)
            _logger.DiskFull(_options.Folder);
        else
            _logger.DiskHasRoom(_options.Folder);
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

        return _load.IsAtLimit ? StoreErrors.TooManyRequests : null;
    }

    // Runs on the loop's thread after each round.
    private void Publish(ReplicaCore core)
    {
        if (!ReferenceEquals(_current, core.Published))
            _current = core.Published;
        Volatile.Write(ref _rounds, _rounds + 1);
        ulong leader = core.Leader.Value;
        if (leader == _leader)
            return;
        Volatile.Write(ref _leaderSinceTicks, _time.GetUtcNow().UtcTicks);
        Volatile.Write(ref _leader, leader);
        _logger.LeaderChanged(core.Leader, core.Raft.Term);
        if (leader != 0)
            _hasLeader.TrySetResult();
    }

    // A fresh one-member cluster ends at store index 3, as etcd's: its peer URLs, its attributes, the cluster version.
    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        await Task.WhenAny(_hasLeader.Task, Completion).WaitAsync(cancellation);
        if (Completion.IsFaulted)
            await Completion;
        List<string> attributes = [_options.Name, .. _options.AdvertiseClientUrls];
        if (!MemberRecords.Attributes(_current, Self).SequenceEqual(attributes))
            await ProposeOwnAsync(MemberRecords.AttributesKey(Self), attributes, cancellation);
        if (!_current.TryGetSystem("version"u8, out _))
            await ProposeOwnAsync("version", ["1"], cancellation);
    }

    private async Task ProposeOwnAsync(string key, IReadOnlyList<string> strings, CancellationToken cancellation)
    {
        KeyOutcome outcome = await ProposeAsync(MemberRecords.SetCommand(key, strings), cancellation);
        if (outcome.Error is { } error)
            throw new InvalidOperationException($"cannot announce this member ({key}): {error}");
    }

    private sealed record MemberList(IKeyspace Keyspace, IReadOnlyList<Member> Members);
}
