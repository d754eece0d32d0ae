using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>
/// What the loop does, without its thread: takes messages, drives Raft, the log and the key space in one fixed order,
/// and collects the answers. A simulator drives the same code with its own clock and disk.
/// One round: <see cref="Handle"/> every waiting message, then <see cref="RunRound"/>, then <see cref="Answer"/>.
/// New entries go to the log before earlier ones are answered, so the disk works while answers are sent.
/// Invariant: nothing is answered with success before it is applied, nothing is applied before it is durable here.
/// </summary>
internal sealed class ReplicaCore
{
    /// <summary>Entries that stay in memory behind the applied position, for members that lag a little.</summary>
    private const ulong RetainedEntries = 256;

    private static readonly TimeSpan s_expiryInterval = TimeSpan.FromMilliseconds(100);

    private readonly ReplicaOptions _options;
    private readonly RaftNode _raft;
    private readonly KeyStateMachine _kv;
    private readonly ILogWriter _log;
    private readonly ISnapshotJobs _snapshots;
    private readonly TimeProvider _time;
    private readonly List<WatchQueue> _signals;
    private readonly List<Proposal> _completed = [];
    private readonly List<Proposal> _incoming = [];
    private readonly List<ReadOnlyMemory<byte>> _commands = [];
    private readonly List<ReadBarrier> _incomingReads = [];
    private readonly PendingProposals _pending;
    private readonly PendingReads _reads;
    private readonly AppendsInFlight _appends = new();
    private WalHardState? _unwrittenHardState;
    private long _nextTickAt;
    private long _nextExpiryAt;
    private LogIndex _expireIndex;
    private long _expiredUntilNs;
    private LogIndex _snapshotIndex;
    private bool _isSnapshotRunning;

    internal ReplicaCore(ReplicaOptions options, ReplicaState state, ReplicaPorts ports)
    {
        _options = options;
        _raft = state.Raft;
        _kv = state.Keys;
        _snapshotIndex = state.SnapshotIndex;
        _log = ports.Log;
        _snapshots = ports.Snapshots;
        _time = ports.Time;
        _signals = ports.Signals;
        _pending = new PendingProposals(_completed);
        _reads = new PendingReads();
        Published = _kv.Publish();
        _nextTickAt = _time.GetTimestamp() + Ticks(options.HeartbeatInterval);
    }

    /// <summary>The key space after the last round.</summary>
    internal IKeyspace Published { get; private set; }

    /// <summary>The leader as known after the last round.</summary>
    internal NodeId Leader => _raft.Leader;

    internal RaftNode Raft => _raft;

    /// <summary>Where the loop takes its time from.</summary>
    internal TimeProvider Time => _time;

    internal ulong SnapshotsTaken { get; private set; }

    /// <summary>Writes that are in the log and not applied.</summary>
    internal int PendingCount => _pending.Count;

    /// <summary>True while writes wait for the log.</summary>
    internal bool HasPending => _pending.Count > 0 || _appends.Count > 0;

    /// <summary>Takes one message; its effect shows in the next round.</summary>
    internal void Handle(LoopMessage message)
    {
        switch (message)
        {
            case Proposal proposal:
                _incoming.Add(proposal);
                break;
            case LogPersisted persisted:
                if (_appends.TakeUpTo(persisted.AppendNumber, out AppendInFlight last))
                    _raft.AdvancePersisted(last.LastIndex, last.LastTerm);
                break;
            case ReadBarrier read:
                _incomingReads.Add(read);
                break;
            case AddWatch watch:
                StartWatch(watch);
                break;
            case RemoveWatch watch:
                _kv.RemoveWatcher(watch.Queue);
                break;
            case SnapshotFinished finished:
                FinishSnapshot(finished);
                break;
            default:
                throw new InvariantException($"unknown loop message {message.GetType().Name}");
        }
    }

    /// <summary>Proposes what came in, lets Raft run, applies and publishes what is committed.</summary>
    internal void RunRound()
    {
        TickIfDue();
        ExpireIfDue();
        ProposeIncoming();
        RequestReads();
        bool hasApplied = false;
        while (_raft.HasReady)
            hasApplied |= Process(_raft.TakeReady());
        if (hasApplied)
        {
            Published = _kv.Publish();
            StartSnapshotIfDue();
        }

        _reads.CompleteUpTo(Published);
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
        foreach (Proposal proposal in _incoming)
        {
            proposal.SetOutcome(new KeyOutcome(null, reason, StoreIndex.Zero));
            _completed.Add(proposal);
        }

        _incoming.Clear();
        _pending.FailAll(reason);
        _reads.FailAll(reason);
        foreach (ReadBarrier read in _incomingReads)
            read.Completion.TrySetResult((null, reason));
        _incomingReads.Clear();
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

    private void TickIfDue()
    {
        long now = _time.GetTimestamp();
        if (now < _nextTickAt)
            return;
        _raft.Tick();

        // After a pause (a stopped process, a slow disk) missed ticks are not made up: they would start an election.
        _nextTickAt = Math.Max(_nextTickAt + Ticks(_options.HeartbeatInterval), now);
        _pending.ExpireStartedBefore(now - Ticks(_options.RequestTimeout));
        _reads.ExpireStartedBefore(now - Ticks(_options.RequestTimeout));
    }

    private void ExpireIfDue()
    {
        long nowNs;
        if (_raft.Role != RaftRole.Leader || _kv.NextExpirationUnixNs > (nowNs = NowUnixNs()))
            return;
        long now = _time.GetTimestamp();
        if (now < _nextExpiryAt)
            return;
        _nextExpiryAt = now + Ticks(s_expiryInterval);
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Expire,
            Key = "/"u8,
            ExpirationUnixNs = nowNs,
        }.Encode();
        _expireIndex = _raft.Propose([command]).First;
        _expiredUntilNs = nowNs;
    }

    private void ProposeIncoming()
    {
        if (_incoming.Count == 0)
            return;
        foreach (Proposal proposal in _incoming)
            _commands.Add(proposal.Command);
        ProposeResult result = _raft.Propose(_commands);
        LogIndex index = result.First;
        foreach (Proposal proposal in _incoming)
        {
            if (result.IsAccepted)
            {
                _pending.Add(proposal, index, result.Term);
                index = index.Next;
            }
            else
            {
                proposal.SetOutcome(new KeyOutcome(null, StoreErrors.NoLeader, StoreIndex.Zero));
                _completed.Add(proposal);
            }
        }

        _incoming.Clear();
        _commands.Clear();
    }

    private void RequestReads()
    {
        if (_incomingReads.Count == 0)
            return;
        ulong context = _reads.NextContext();
        if (_raft.RequestRead(context).IsAccepted)
            _reads.Add(context, _incomingReads);
        else
        {
            foreach (ReadBarrier read in _incomingReads)
                read.Completion.TrySetResult((null, StoreErrors.NoLeader));
        }

        _incomingReads.Clear();
    }

    private bool Process(Ready ready)
    {
        Persist(ready);
        foreach (ReadState state in ready.ReadStates)
            _reads.Confirm(state.Context, state.Index);
        ReadOnlySpan<RaftEntry> committed = ready.CommittedEntries.AsSpan();
        if (committed.Length == 0)
            return false;
        Apply(committed);
        return true;
    }

    private void Persist(Ready ready)
    {
        WalHardState? hardState = ready.HardState is { } state
            ? new WalHardState(state.Term, state.Vote, state.Commit)
            : _unwrittenHardState;
        ReadOnlySpan<RaftEntry> entries = ready.Entries.AsSpan();
        if (entries.Length == 0 && !ready.MustSync)
        {
            // A commit position alone is not worth a write: Raft finds it again. It rides on the next append.
            _unwrittenHardState = hardState;
            return;
        }

        WalEntry[] log = new WalEntry[entries.Length];
        for (int i = 0; i < log.Length; i++)
            log[i] = new WalEntry(entries[i].Index, entries[i].Term, (byte)entries[i].Kind, entries[i].Data);
        LogIndex lastIndex = entries.Length > 0 ? entries[^1].Index : LogIndex.Zero;
        Term lastTerm = entries.Length > 0 ? entries[^1].Term : Term.Zero;
        long number = _log.Append(new WalAppend(log, hardState, ready.MustSync));
        _unwrittenHardState = null;
        _appends.Add(new AppendInFlight(number, lastIndex, lastTerm));
    }

    private void Apply(ReadOnlySpan<RaftEntry> committed)
    {
        long now = NowUnixNs();
        foreach (ref readonly RaftEntry entry in committed)
        {
            if (entry.Kind == EntryKind.Command)
            {
                KeyOutcome outcome = _kv.Apply(entry.Data.Span, entry.Index, entry.Term, now);
                _pending.Applied(entry.Index, entry.Term, outcome);
            }
            else
                _kv.SkipTo(entry.Index, entry.Term);
        }

        LogIndex applied = committed[^1].Index;
        _raft.AdvanceApplied(applied);

        // One command expires a bounded number of keys: with more due, the next one does not wait for its time.
        if (applied >= _expireIndex && _kv.NextExpirationUnixNs <= _expiredUntilNs)
            _nextExpiryAt = 0;
        if (applied.Value > RetainedEntries && applied - _raft.FirstIndex > 2 * RetainedEntries)
            _raft.Compact(applied - RetainedEntries);
    }

    private void StartWatch(AddWatch watch)
    {
        if (watch.Completion.Task.IsCompleted)
            return;
        watch.Queue.Begin(Published);
        KeyError? error = _kv.AddWatcher(watch.Request, watch.Queue);
        watch.Completion.TrySetResult(
            error is null ? new WatchOutcome(watch.Queue, null) : new WatchOutcome(null, error));
    }

    private void StartSnapshotIfDue()
    {
        if (_isSnapshotRunning || Published.AppliedIndex < _snapshotIndex + _options.SnapshotCount)
            return;
        _isSnapshotRunning = true;
        byte[] configuration = _raft.ConfigurationAt(_kv.AppliedIndex).Encode();
        _snapshots.Start(new CapturedSnapshot(_kv.Capture(), configuration));
    }

    private void FinishSnapshot(SnapshotFinished finished)
    {
        _isSnapshotRunning = false;
        if (finished.Fault is not null)
        {
            // A full disk must not stop the node: the log goes on from its reserve and the next round tries again.
            _snapshotIndex = Published.AppliedIndex;
            return;
        }

        SnapshotsTaken++;
        _snapshotIndex = finished.Index;
        _log.ReleaseBefore(finished.Index.Next);
    }

    private long NowUnixNs() => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}
