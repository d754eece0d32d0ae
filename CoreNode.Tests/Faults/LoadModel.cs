namespace CoreNode.Tests.Faults;

/// <summary>
/// What the store must hold by what clients were told, and the judge of what it holds after a restart. Every
/// acknowledged write is there, or a later one of the same key; a write of unknown outcome may be there or not, but
/// what any watcher or reader has seen of it makes it certain. Writers share it.
/// </summary>
internal sealed class LoadModel
{
    // The server looks for expired keys every 500 ms, and starts late on a busy machine.
    private static readonly TimeSpan _latestExpiry = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _clockStep = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new(); // all fields below
    private readonly Dictionary<string, StoredKey> _keys = [];
    private readonly Dictionary<long, LoadOperation> _byIndex = [];
    private readonly List<LoadOperation> _unknown = [];
    private readonly List<string> _violations = [];
    private long _floor; // X-Etcd-Index of the last linearizable reading: whatever is new lies above
    private long _raftIndex;
    private long _raftTerm;

    /// <summary>How many writes were acknowledged in all.</summary>
    public int AcknowledgedCount { get; private set; }

    /// <summary>How many writes had an outcome that nobody was told.</summary>
    public int UnknownCount { get; private set; }

    /// <summary>The highest index that a client has seen.</summary>
    public long HighestIndex { get; private set; }

    /// <summary>The key's certain state; null if it is absent.</summary>
    public StoredKey? Current(string key)
    {
        lock (_gate)
            return _keys.GetValueOrDefault(key);
    }

    /// <summary>Takes note of a write that was acknowledged, or whose outcome stays unknown.</summary>
    public void Record(LoadOperation operation)
    {
        lock (_gate)
        {
            if (operation.Index > 0)
            {
                Acknowledge(operation);
            }
            else
            {
                UnknownCount++;
                _unknown.Add(operation);
            }
        }
    }

    /// <summary>A client saw this index in a header.</summary>
    public void Observe(long index)
    {
        lock (_gate)
            HighestIndex = Math.Max(HighestIndex, index);
    }

    /// <summary>A reader saw a key: a write of unknown outcome that explains it is certain now.</summary>
    public void Observe(string key, StoredKey seen)
    {
        string? action;
        lock (_gate)
            action = _unknown.Find(o => o.Path == key && o.Value == seen.Value)?.Action;
        if (action is not null)
            Observe(new WatchedEvent(seen.ModifiedIndex, action, key, seen.Value));
        Observe(seen.ModifiedIndex);
    }

    /// <summary>Something that a client found wrong.</summary>
    public void Complain(string violation)
    {
        lock (_gate)
            Violation(violation);
    }

    /// <summary>A watcher saw the effect of a write: if its outcome was unknown, it no longer is.</summary>
    public void Observe(WatchedEvent seen)
    {
        lock (_gate)
        {
            HighestIndex = Math.Max(HighestIndex, seen.Index);
            LoadOperation? unknown = _unknown.Find(o => o.Explains(seen.Action, seen.Key, seen.Value));
            if (unknown is null || _byIndex.ContainsKey(seen.Index))
                return;
            _unknown.Remove(unknown);
            // What else the key holds (createdIndex 0 says so) was not seen; it is taken from the next reading.
            StoredKey? stored = unknown.Value is null ? null : new(unknown.Value, seen.Index, 0, null);
            Acknowledge(unknown with { Key = seen.Key, Index = seen.Index, Stored = stored });
        }
    }

    /// <summary>
    /// Holds what the restarted store shows against what it must show, and takes over what it decided.
    /// </summary>
    public void Judge(StoreReading reading)
    {
        lock (_gate)
        {
            JudgeIndexes(reading);
            foreach (string key in _keys.Keys.Union(_unknown.Where(o => !o.IsInOrder).Select(o => o.Path)).ToArray())
                JudgeKey(key, reading);
            foreach ((string key, StoredKey stored) in reading.Keys.Where(k => !_keys.ContainsKey(k.Key)).ToArray())
                JudgeUnexpected(key, stored);
            _floor = reading.StoreIndex;
        }
    }

    /// <summary>
    /// Holds a watcher's events up to an index against the writes: in order, none twice, none lost outside the gaps
    /// that the server declared, none that nobody made.
    /// </summary>
    public void Judge(IReadOnlyList<WatchedEvent> events, long after, long upTo, Func<long, bool> isDeclaredGap)
    {
        lock (_gate)
        {
            long last = after;
            foreach (WatchedEvent seen in events)
            {
                if (seen.Index <= last)
                    Violation($"a watcher was told {seen} after index {last}");
                last = seen.Index;
                JudgeEvent(seen);
            }
            HashSet<long> told = [.. events.Select(e => e.Index)];
            foreach ((long index, LoadOperation operation) in _byIndex)
            {
                if (index > after && index <= upTo && !told.Contains(index) && !isDeclaredGap(index))
                    Violation($"a watcher was not told of {operation}");
            }
        }
    }

    /// <summary>Starts the next round: forgets writes and unknown outcomes that were judged.</summary>
    public void NextRound()
    {
        lock (_gate)
        {
            _unknown.Clear();
            _byIndex.Clear();
        }
    }

    /// <summary>What was wrong since the last call.</summary>
    public IReadOnlyList<string> TakeViolations()
    {
        lock (_gate)
        {
            string[] result = [.. _violations];
            _violations.Clear();
            return result;
        }
    }

    private void Acknowledge(LoadOperation operation)
    {
        AcknowledgedCount++;
        HighestIndex = Math.Max(HighestIndex, operation.Index);
        if (operation.Index <= _floor)
            Violation($"{operation} was given an index that is not above {_floor}, where the store stood before it");
        if (!_byIndex.TryAdd(operation.Index, operation))
            Violation($"index {operation.Index} was given twice: {_byIndex[operation.Index]}, {operation}");
        if (operation.Stored is { } stored)
        {
            _keys[operation.Key] = stored;
            return;
        }
        _keys.Remove(operation.Key);
        string folder = operation.Key + "/";
        foreach (string below in _keys.Keys.Where(k => k.StartsWith(folder, StringComparison.Ordinal)).ToArray())
            _keys.Remove(below);
    }

    private void JudgeIndexes(StoreReading reading)
    {
        if (reading.StoreIndex < HighestIndex)
            Violation($"the store index went back to {reading.StoreIndex} from {HighestIndex}");
        if (reading.RaftIndex < _raftIndex || reading.RaftTerm < _raftTerm)
        {
            Violation($"Raft went back to index {reading.RaftIndex}, term {reading.RaftTerm} "
                + $"from index {_raftIndex}, term {_raftTerm}");
        }
        HighestIndex = Math.Max(HighestIndex, reading.StoreIndex);
        _raftIndex = reading.RaftIndex;
        _raftTerm = reading.RaftTerm;
    }

    private void JudgeKey(string key, StoreReading reading)
    {
        StoredKey? certain = _keys.GetValueOrDefault(key);
        StoredKey? actual = reading.Keys.GetValueOrDefault(key);
        LoadOperation? unknown = _unknown.Find(o => !o.IsInOrder && o.Path == key);
        bool isUnknownWrite = actual is not null && unknown?.Value == actual.Value && actual.ModifiedIndex > _floor;
        bool allowed = actual is null
            ? certain is null || unknown is { Value: null } || MayBeGone(certain, unknown, reading.After)
            : isUnknownWrite || IsSame(certain, actual);
        if (!allowed)
            Violation($"{key} must be {Text(certain)}, unless by {unknown}, but is {Text(actual)}");
        if (actual?.ExpiresAt + _latestExpiry < reading.Before)
            Violation($"{key} has outlived its deadline: {actual}");
        if (isUnknownWrite)
            Settle(unknown!, key, actual!);
        else if (actual is null)
            _keys.Remove(key);
        else
            _keys[key] = actual;
    }

    private void JudgeUnexpected(string key, StoredKey stored)
    {
        // Each unknown write explains one key only: a second one with its value was applied twice.
        LoadOperation? unknown = _unknown.Find(o => o.IsInOrder && o.Explains("create", key, stored.Value));
        if (unknown is null)
            Violation($"{key} is there, but nobody wrote it or it was deleted: {stored}");
        else
            Settle(unknown, key, stored);
    }

    private void Settle(LoadOperation unknown, string key, StoredKey stored)
    {
        _unknown.Remove(unknown);
        Acknowledge(unknown with { Key = key, Index = stored.ModifiedIndex, Stored = stored });
    }

    private void JudgeEvent(WatchedEvent seen)
    {
        LoadOperation? made = _byIndex.GetValueOrDefault(seen.Index);
        bool explained = seen.Action == "expire"
            ? made is null && seen.Key.StartsWith("/load/expiring", StringComparison.Ordinal)
            : made?.Explains(seen.Action, seen.Key, seen.Value)
                ?? _unknown.Exists(o => o.Explains(seen.Action, seen.Key, seen.Value));
        if (!explained)
            Violation($"a watcher was told {seen}, but that index is {made?.ToString() ?? "nobody's"}");
    }

    private static bool MayBeGone(StoredKey? certain, LoadOperation? unknown, DateTimeOffset now) =>
        certain?.ExpiresAt <= now + _clockStep || unknown?.SentAt + unknown?.TimeToLive <= now + _clockStep;

    private static bool IsSame(StoredKey? certain, StoredKey actual) =>
        certain == actual
        || (certain?.CreatedIndex == 0
            && (certain.Value, certain.ModifiedIndex) == (actual.Value, actual.ModifiedIndex));

    private static string Text(StoredKey? key) => key?.ToString() ?? "absent";

    private void Violation(string text) => _violations.Add(text);
}
