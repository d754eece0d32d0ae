using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// The replicated state machine: applies the log's commands with etcd's v2 rules, tells watchers, and publishes
/// immutable states for readers. Deterministic: the state and its snapshots follow from the commands and their order
/// alone. No I/O, clock, randomness or threads of its own; owned by the replica's loop, while what
/// <see cref="Publish"/> and <see cref="Capture"/> return belongs to everybody. See docs/decisions/0006-key-space.md.
/// </summary>
public sealed class KeyStateMachine
{
    private readonly KvOptions _options;
    private readonly StoreStatistics _statistics;
    private readonly KeyTree _keys;
    private readonly KeyTree _system;
    private readonly EventHistory _history;
    private readonly WatcherHub _hub;
    private readonly KeyWriter _writer;
    private Keyspace? _published;
    private LogIndex _appliedIndex;
    private Term _appliedTerm;
    private ulong _stateHash;

    /// <summary>An empty store at index 0, before the first log entry.</summary>
    public KeyStateMachine(KvOptions options, StoreStatistics statistics)
        : this(options, statistics, new KeyTree(), new KeyTree())
    {
    }

    private KeyStateMachine(KvOptions options, StoreStatistics statistics, KeyTree keys, KeyTree system)
    {
        _options = options;
        _statistics = statistics;
        _keys = keys;
        _system = system;
        _history = new EventHistory(options.HistoryCapacity);
        _hub = new WatcherHub(statistics);
        _writer = new KeyWriter(keys, statistics);
    }

    /// <summary>The store index now: that of the last change.</summary>
    public StoreIndex Index { get; private set; }

    /// <summary>The last log entry that was applied or skipped.</summary>
    public LogIndex AppliedIndex => _appliedIndex;

    /// <summary>The term of that entry.</summary>
    public Term AppliedTerm => _appliedTerm;

    /// <summary>
    /// Hash over every change so far: equal on replicas that applied the same log, different for good once one of them
    /// went astray.
    /// </summary>
    public ulong StateHash => _stateHash;

    /// <summary>
    /// The earliest deadline of any key, in nanoseconds since 1970 UTC; long.MaxValue if there is none.
    /// </summary>
    public long NextExpirationUnixNs => _keys.Root.Deadline;

    /// <summary>True if anybody watches anything.</summary>
    public bool HasWatchers => _hub.HasWatchers;

    /// <summary>Continues from a snapshot that was read completely.</summary>
    /// <param name="reader">A reader that said it is complete.</param>
    /// <param name="options">As for a new state machine.</param>
    /// <param name="statistics">Where operations are counted.</param>
    /// <param name="nowUnixNs">
    /// Wall clock, for the remaining ttl that events of the restored history show; not part of the state.
    /// </param>
    public static KeyStateMachine Restore(
        SnapshotReader reader, KvOptions options, StoreStatistics statistics, long nowUnixNs)
    {
        SnapshotContent content = reader.TakeContent();
        KeyTree keys = new(content.Keys);
        KeyStateMachine machine = new(options, statistics, keys, new KeyTree(content.System))
        {
            Index = content.Index,
            _appliedIndex = content.AppliedIndex,
            _appliedTerm = content.AppliedTerm,
            _stateHash = content.StateHash,
        };
        ulong slot = content.Index.Value - (ulong)content.History.Count;
        foreach (HistorySlot one in content.History)
            machine._history.Add(new StoreIndex(++slot), one.ToEvent(new StoreIndex(slot), nowUnixNs));
        return machine;
    }

    /// <summary>Applies one <see cref="KeyCommand"/> from the log.</summary>
    /// <param name="command">Its bytes, as <see cref="KeyCommand.Encode"/> made them.</param>
    /// <param name="index">Position of the entry; after the last one.</param>
    /// <param name="term">Term of the entry.</param>
    /// <param name="nowUnixNs">Wall clock, only for the remaining ttl that answers and events show.</param>
    /// <exception cref="InvariantException">
    /// The bytes are no command: the log is not what this version wrote.
    /// </exception>
    public KeyOutcome Apply(ReadOnlySpan<byte> command, LogIndex index, Term term, long nowUnixNs)
    {
        Advance(index, term);
        KeyCommand decoded = Decode(command, index);
        KeyWrite write = decoded.Operation switch
        {
            KeyOperation.Set => _writer.Set(decoded, Index),
            KeyOperation.Create => _writer.Create(decoded, Index),
            KeyOperation.CreateInOrder => _writer.CreateInOrder(decoded, Index),
            KeyOperation.Update => _writer.Update(decoded, Index),
            KeyOperation.CompareAndSwap => _writer.CompareAndSwap(decoded, Index),
            KeyOperation.Delete => _writer.Delete(decoded, Index),
            KeyOperation.CompareAndDelete => _writer.CompareAndDelete(decoded, Index),
            KeyOperation.Expire => Expire(decoded.ExpirationUnixNs, nowUnixNs),
            KeyOperation.SystemSet => SetSystem(decoded),
            KeyOperation.SystemDelete => DeleteSystem(decoded),
            KeyOperation.SystemCreate => CreateSystem(decoded),
            KeyOperation.SystemCompareAndSwap => SwapSystem(decoded),
            _ => throw new InvariantException($"log entry {index} has the unknown operation {(int)decoded.Operation}"),
        };
        KeyEvent? change = write.IsChange ? Commit(write, nowUnixNs) : null;
        return new KeyOutcome(change, write.Error, Index) { AppliedIndex = index, Term = term };
    }

    /// <summary>Moves past a log entry without a command: an empty one, or a change of members.</summary>
    /// <param name="index">Position of the entry; after the last one.</param>
    /// <param name="term">Term of the entry.</param>
    /// <param name="movesStoreIndex">
    /// True for entries that count as a change of the store: etcd keeps its members there, so adding one moves the
    /// store index although no user key changes.
    /// </param>
    public void SkipTo(LogIndex index, Term term, bool movesStoreIndex = false)
    {
        Advance(index, term);
        if (movesStoreIndex)
            CommitSilently(default);
    }

    /// <summary>
    /// Freezes what was applied so far and returns it, in constant time. Call it once a batch: the first change of a
    /// node after it copies that node.
    /// </summary>
    public IKeyspace Publish() => Freeze();

    /// <summary>
    /// Freezes everything that a snapshot holds; costs no more than <see cref="Publish"/> and the history.
    /// </summary>
    public KeySnapshot Capture() => new(Freeze(), _history.ToArray(), _stateHash);

    /// <summary>
    /// Begins a watch: a match in the history is offered at once and that was all, also for a stream (as etcd does);
    /// otherwise the watcher is told of later changes until it had its one event (or says that it is full, or is
    /// removed).
    /// </summary>
    /// <returns>Error 401 if the history does not reach back to where the watch wants to begin, else null.</returns>
    public KeyError? AddWatcher(WatchRequest request, IWatcher watcher)
    {
        ulong since = request.SinceIndex == 0 ? Index.Value + 1 : request.SinceIndex;
        KeyError? error = _history.Scan(request.Key.Span, request.IsRecursive, since, Index, out KeyEvent? past);
        if (error is not null)
            return error;
        if (past is not null)
            watcher.Offer(past);
        else
            _hub.Add(request, since, watcher);
        return null;
    }

    /// <summary>Ends a watch; nothing if it has ended already.</summary>
    public void RemoveWatcher(IWatcher watcher) => _hub.Remove(watcher);

    /// <summary>Lets all watchers go, for an owner that replaces this state by another one.</summary>
    public IReadOnlyList<IWatcher> TakeWatchers() => _hub.TakeAll();

    private static KeyCommand Decode(ReadOnlySpan<byte> command, LogIndex index)
    {
        try
        {
            KeyCommand decoded = KeyCommand.Decode(command);
            bool isUserKey = decoded.Operation < KeyOperation.Expire;
            Invariant.That(!isUserKey || KeyOrder.IsCanonical(decoded.Key), "keys in the log are canonical");
            return decoded;
        }
        catch (FormatException problem)
        {
            throw new InvariantException($"log entry {index} cannot be decoded: {problem.Message}");
        }
    }

    private void Advance(LogIndex index, Term term)
    {
        Invariant.That(index > _appliedIndex, "log entries are applied once and in order");
        _appliedIndex = index;
        _appliedTerm = term;
        _published = null;
    }

    private Keyspace Freeze() => _published ??=
        new Keyspace(_keys.Freeze(), _system.Freeze(), Index, _appliedIndex, _appliedTerm);

    private KeyEvent Commit(KeyWrite write, long nowUnixNs)
    {
        Index = Index.Next;
        KeyEvent change = new()
        {
            Action = write.Action,
            Index = Index,
            Node = write.Node,
            Previous = write.Previous,
            IsRefresh = write.IsRefresh,
            TimeUnixNs = nowUnixNs,
        };
        _stateHash = Kv.StateHash.Mix(_stateHash, Index.Value, (byte)write.Action, write.Node.Bytes);
        if (write.IsRemoval)
        {
            _hub.NotifyRemoved(change, _keys.Root);
            _keys.RemoveSubtree(write.Node.Key);
        }

        _history.Add(Index, change);
        if (!write.IsRefresh)
            _hub.Notify(change);
        return change;
    }

    private void CommitSilently(KeyRecord node)
    {
        Index = Index.Next;
        _stateHash = Kv.StateHash.Mix(_stateHash, Index.Value, byte.MaxValue, node.Bytes);
        _history.Add(Index, null);
    }

    private KeyWrite Expire(long cutoffUnixNs, long nowUnixNs)
    {
        for (int i = 0; i < _options.MaxExpiredPerCommand; i++)
        {
            if (_keys.Root.Deadline > cutoffUnixNs || !_keys.TryGetEarliest(out KeyRecord due))
                break;
            KeyRecord removed = KeyRecord.Removed(due.Key, due.IsDirectory, due.CreatedIndex, Index.Value + 1);
            Commit(KeyWrite.Removal(KeyAction.Expire, removed, due), nowUnixNs);
            _statistics.Increment(StoreCounter.ExpireCount);
        }

        return default;
    }

    private KeyWrite SetSystem(in KeyCommand command)
    {
        ulong next = Index.Value + 1;
        bool isFound = _system.Seek(command.Key);
        ulong created = isFound ? _system.Found.CreatedIndex : next;
        KeyRecord record = KeyRecord.File(command.Key, command.Value, created, next, 0);
        if (isFound)
            _system.Replace(record);
        else
            _system.Insert(record);
        CommitSilently(record);
        return default;
    }

    private KeyWrite CreateSystem(in KeyCommand command) => _system.Seek(command.Key)
        ? KeyWrite.Failed(new KeyError(ErrorCode.KeyExists, command.Key.ToArray(), Index.Value))
        : SetSystem(command);

    private KeyWrite SwapSystem(in KeyCommand command)
    {
        if (!_system.Seek(command.Key))
            return KeyWrite.Failed(new KeyError(ErrorCode.KeyNotFound, command.Key.ToArray(), Index.Value));
        ulong found = _system.Found.ModifiedIndex;
        return found == command.PreviousIndex
            ? SetSystem(command)
            : KeyWrite.Failed(KeyError.Of(
                ErrorCode.CompareFailed,
                string.Create(CultureInfo.InvariantCulture, $"[{command.PreviousIndex} != {found}]"),
                Index.Value));
    }

    private KeyWrite DeleteSystem(in KeyCommand command)
    {
        if (!_system.Seek(command.Key))
            return KeyWrite.Failed(new KeyError(ErrorCode.KeyNotFound, command.Key.ToArray(), Index.Value));
        KeyRecord old = _system.Found;
        _system.RemoveSubtree(command.Key);
        CommitSilently(KeyRecord.Removed(old.Key, false, old.CreatedIndex, Index.Value + 1));
        return default;
    }
}
