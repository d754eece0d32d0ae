using System.Text;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Kv;

/// <summary>
/// A state machine with a log position and a clock of its own, driven by plain strings (Latin-1 bytes).
/// </summary>
internal sealed class KvHarness
{
    public const long Now = 1_700_000_000_000_000_000;
    public const long Second = 1_000_000_000;

    private ulong _log;

    public KvHarness()
        : this(new KvOptions())
    {
    }

    public KvHarness(KvOptions options) => Machine = new KeyStateMachine(options, Statistics);

    public KvHarness(SnapshotReader reader, KvOptions options)
    {
        Machine = KeyStateMachine.Restore(reader, options, Statistics, Now);
        _log = Machine.AppliedIndex.Value;
    }

    public StoreStatistics Statistics { get; } = new();

    public KeyStateMachine Machine { get; }

    public long Clock { get; set; } = Now;

    public ulong Index => Machine.Index.Value;

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static string Text(KeyError? error) =>
        error is null ? "ok" : $"{(int)error.Code} {Text(error.Cause.Span)} @{error.Index}";

    /// <summary>"key=value c4 m9 x123", a directory with a slash at its end.</summary>
    public static string Text(KeyRecord record)
    {
        if (record.IsNone)
            return "none";
        string name = Text(record.Key) + (record.IsDirectory ? "/" : "");
        string value = record.HasValue ? "=" + Text(record.Value) : "";
        string deadline = record.HasExpiration ? $" x{record.ExpirationUnixNs - Now}" : "";
        return $"{name}{value} c{record.CreatedIndex} m{record.ModifiedIndex}{deadline}";
    }

    /// <summary>"set /a=1 c4 m4 &lt; none".</summary>
    public static string Text(KeyEvent change) =>
        $"{char.ToLowerInvariant(change.Action.ToString()[0])}{change.Action.ToString()[1..]} {Text(change.Node)}"
        + $" < {Text(change.Previous)}{(change.IsRefresh ? " refresh" : "")}";

    public static string Text(KeyOutcome outcome) =>
        outcome.Event is not null ? Text(outcome.Event) : Text(outcome.Error);

    public KeyOutcome Apply(KeyCommand command) =>
        Machine.Apply(command.Encode(), new LogIndex(++_log), new Term(1), Clock);

    public void Skip(bool movesStoreIndex = false) =>
        Machine.SkipTo(new LogIndex(++_log), new Term(1), movesStoreIndex);

    public string Set(string key, string value = "", long ttl = 0, bool dir = false, bool refresh = false) =>
        Text(Apply(Command(KeyOperation.Set, key, value, ttl, dir, refresh)));

    public string Create(string key, string value = "", long ttl = 0, bool dir = false) =>
        Text(Apply(Command(KeyOperation.Create, key, value, ttl, dir)));

    public string Post(string key, string value = "", long ttl = 0, bool dir = false) =>
        Text(Apply(Command(KeyOperation.CreateInOrder, key, value, ttl, dir)));

    public string Update(string key, string value = "", long ttl = 0, bool refresh = false) =>
        Text(Apply(Command(KeyOperation.Update, key, value, ttl, false, refresh)));

    public string Swap(
        string key, string value, string previous = "", ulong index = 0, long ttl = 0, bool refresh = false)
    {
        KeyCommand command = Command(KeyOperation.CompareAndSwap, key, value, ttl, false, refresh);
        command.PreviousValue = Bytes(previous);
        command.PreviousIndex = index;
        return Text(Apply(command));
    }

    public string Delete(string key, bool dir = false, bool recursive = false) => Text(Apply(new KeyCommand
    {
        Operation = KeyOperation.Delete,
        Key = Bytes(key),
        IsDirectory = dir,
        IsRecursive = recursive,
    }));

    public string CompareAndDelete(string key, string previous = "", ulong index = 0) => Text(Apply(new KeyCommand
    {
        Operation = KeyOperation.CompareAndDelete,
        Key = Bytes(key),
        PreviousValue = Bytes(previous),
        PreviousIndex = index,
    }));

    /// <summary>Expires everything due at that many nanoseconds after the start.</summary>
    public KeyOutcome Expire(long after) =>
        Apply(new KeyCommand { Operation = KeyOperation.Expire, Key = "/"u8, ExpirationUnixNs = Now + after });

    public KeyOutcome SetSystem(string name, string value) =>
        Apply(new KeyCommand { Operation = KeyOperation.SystemSet, Key = Bytes(name), Value = Bytes(value) });

    public string Get(string key)
    {
        IKeyspace keyspace = Machine.Publish();
        return keyspace.TryGet(Bytes(key), out KeyRecord record)
            ? Text(record)
            : Text(keyspace.ExplainMissing(Bytes(key)));
    }

    public RecordingWatcher Watch(
        string key, bool recursive = false, bool stream = false, ulong since = 0, int capacity = 100)
    {
        RecordingWatcher watcher = new(capacity);
        watcher.Error = Machine.AddWatcher(new WatchRequest(Bytes(key), recursive, stream, since), watcher);
        return watcher;
    }

    public List<string> List(string directory)
    {
        List<string> found = [];
        IKeyCursor cursor = Machine.Publish().OpenCursor(Bytes(directory));
        while (cursor.MoveNext())
            found.Add(Text(cursor.Current));
        return found;
    }

    private static KeyCommand Command(
        KeyOperation operation, string key, string value, long ttl, bool dir, bool refresh = false) => new()
        {
            Operation = operation,
            Key = Bytes(key),
            Value = Bytes(value),
            IsDirectory = dir,
            IsRefresh = refresh,
            ExpirationUnixNs = ttl == 0 ? 0 : Now + ttl,
        };
}
