using System.Buffers;
using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Store;

/// <summary>
/// Questions to the services "store" and "store-watch", their answers and what a watch tells: one JSON object a line
/// (docs/formats.md). Unknown properties are passed over.
/// </summary>
internal static class StoreJson
{
    /// <summary>The longest line: a listing of all that stands below a prefix.</summary>
    internal const int MaxBytes = 1 << 30;

    // A directory inside a directory costs two levels.
    private const int MaxDepth = 4096;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth };

    internal static byte[] Format(StoreQuestion question) => Write(json =>
    {
        json.WriteString("key", question.Key);
        switch (question)
        {
            case StoreQuestion.Get get:
                json.WriteString("do", "get");
                Flag(json, "recursive", get.Options.IsRecursive);
                Flag(json, "sorted", get.Options.IsSorted);
                Flag(json, "quorum", get.Options.IsQuorum);
                break;
            case StoreQuestion.Set set:
                WriteSet(json, set);
                break;
            case StoreQuestion.CreateInOrder create:
                json.WriteString("do", "createInOrder");
                json.WriteString("value", create.Value);
                Ttl(json, create.TimeToLive);
                break;
            case StoreQuestion.Delete delete:
                json.WriteString("do", "delete");
                Flag(json, "dir", delete.Options.IsDirectory);
                Flag(json, "recursive", delete.Options.IsRecursive);
                Previous(json, delete.Options.PreviousValue, delete.Options.PreviousIndex);
                break;
            case StoreQuestion.Watch watch:
                json.WriteString("do", "watch");
                Flag(json, "recursive", watch.IsRecursive);
                json.WriteNumber("since", watch.Since.Value);
                break;
            default:
                throw new InvariantException("unknown kind of question");
        }
    });

    /// <exception cref="FormatException">It is no question.</exception>
    internal static StoreQuestion ParseQuestion(ReadOnlyMemory<byte> line) => Parse<StoreQuestion>(line, static root =>
    {
        string key = Text(root, "key") ?? throw new FormatException("a question to the store has no key");
        return Text(root, "do") switch
        {
            "get" => new StoreQuestion.Get(key, new KvGetOptions
            {
                IsRecursive = Flag(root, "recursive"),
                IsSorted = Flag(root, "sorted"),
                IsQuorum = Flag(root, "quorum"),
            }),
            "set" => new StoreQuestion.Set(key, Text(root, "value") ?? "", new KvSetOptions
            {
                MustExist = root.TryGetProperty("mustExist", out JsonElement exist) ? exist.GetBoolean() : null,
                PreviousValue = Text(root, "previousValue"),
                PreviousIndex = new StoreIndex(Number(root, "previousIndex")),
                TimeToLive = Ttl(root),
                IsDirectory = Flag(root, "dir"),
                IsRefresh = Flag(root, "refresh"),
            }),
            "createInOrder" => new StoreQuestion.CreateInOrder(key, Text(root, "value") ?? "", Ttl(root)),
            "delete" => new StoreQuestion.Delete(key, new KvDeleteOptions
            {
                IsDirectory = Flag(root, "dir"),
                IsRecursive = Flag(root, "recursive"),
                PreviousValue = Text(root, "previousValue"),
                PreviousIndex = new StoreIndex(Number(root, "previousIndex")),
            }),
            "watch" => new StoreQuestion.Watch(key, Flag(root, "recursive"), new StoreIndex(Number(root, "since"))),
            var other => throw new FormatException($"the store is asked to \"{other}\", which is of another version"),
        };
    });

    internal static byte[] Format(KvOutcome outcome) => Write(json =>
    {
        switch (outcome)
        {
            case KvOutcome.Done done:
                json.WriteString("kind", "done");
                WriteChange(json, done.Change);
                break;
            case KvOutcome.Refused refused:
                json.WriteString("kind", "refused");
                WriteError(json, refused.Error);
                break;
            case KvOutcome.Unreachable unreachable:
                json.WriteString("kind", "unreachable");
                json.WriteString("reason", unreachable.Reason);
                break;
            case KvOutcome.Unknown unknown:
                json.WriteString("kind", "unknown");
                json.WriteString("reason", unknown.Reason);
                break;
            default:
                throw new InvariantException("unknown kind of outcome");
        }
    });

    /// <exception cref="FormatException">It is no outcome.</exception>
    internal static KvOutcome ParseOutcome(ReadOnlyMemory<byte> line) => Parse<KvOutcome>(line, static root =>
        Text(root, "kind") switch
        {
            "done" => new KvOutcome.Done(ReadChange(root)),
            "refused" => new KvOutcome.Refused(ReadError(root)),
            "unreachable" => new KvOutcome.Unreachable(Text(root, "reason") ?? ""),
            _ => new KvOutcome.Unknown(Text(root, "reason") ?? ""),
        });

    /// <summary>The first line of a watch: it goes on from the index after this one.</summary>
    internal static byte[] FormatStart(StoreIndex index) => Write(json =>
    {
        json.WriteString("kind", "started");
        json.WriteNumber("index", index.Value);
    });

    internal static byte[] Format(KvWatchItem item) => Write(json =>
    {
        switch (item)
        {
            case KvWatchItem.Changed changed:
                json.WriteString("kind", "changed");
                WriteChange(json, changed.Change);
                break;
            case KvWatchItem.HistoryLost lost:
                json.WriteString("kind", "lost");
                json.WriteNumber("asked", lost.Asked.Value);
                json.WriteNumber("index", lost.Index.Value);
                if (lost.Now is { } node)
                    WriteNode(json, "node", node);
                break;
            case KvWatchItem.Refused refused:
                json.WriteString("kind", "refused");
                WriteError(json, refused.Error);
                break;
            default:
                throw new InvariantException("a lost connection is no news for another node");
        }
    });

    /// <summary>What a watch tells; null for the line that says where it started.</summary>
    /// <exception cref="FormatException">It makes no sense.</exception>
    internal static KvWatchItem? ParseItem(ReadOnlyMemory<byte> line, out StoreIndex index)
    {
        StoreIndex read = StoreIndex.Zero;
        WatchLine parsed = Parse(line, root =>
        {
            read = new StoreIndex(Number(root, "index"));
            return new WatchLine(Text(root, "kind") switch
            {
                "started" => null,
                "changed" => new KvWatchItem.Changed(ReadChange(root)),
                "lost" => new KvWatchItem.HistoryLost(
                    new StoreIndex(Number(root, "asked")),
                    root.TryGetProperty("node", out JsonElement node) ? ReadNode(node) : null, read),
                "refused" => new KvWatchItem.Refused(ReadError(root)),
                var kind => throw new FormatException($"a watch tells \"{kind}\", which is of another version"),
            });
        });
        index = read;
        return parsed.Item;
    }

    private static void WriteSet(Utf8JsonWriter json, StoreQuestion.Set set)
    {
        json.WriteString("do", "set");
        json.WriteString("value", set.Value);
        if (set.Options.MustExist is bool mustExist)
            json.WriteBoolean("mustExist", mustExist);
        Previous(json, set.Options.PreviousValue, set.Options.PreviousIndex);
        Ttl(json, set.Options.TimeToLive);
        Flag(json, "dir", set.Options.IsDirectory);
        Flag(json, "refresh", set.Options.IsRefresh);
    }

    private static void WriteChange(Utf8JsonWriter json, KvChange change)
    {
        json.WriteNumber("action", (int)change.Action);
        json.WriteNumber("index", change.Index.Value);
        WriteNode(json, "node", change.Node);
        if (change.Previous is { } previous)
            WriteNode(json, "previous", previous);
    }

    private static KvChange ReadChange(JsonElement root) => new(
        (KeyAction)root.GetProperty("action").GetByte(),
        ReadNode(root.GetProperty("node")),
        root.TryGetProperty("previous", out JsonElement previous) ? ReadNode(previous) : null,
        new StoreIndex(Number(root, "index")));

    private static void WriteNode(Utf8JsonWriter json, string? name, KvNode node)
    {
        if (name is null)
            json.WriteStartObject();
        else
            json.WriteStartObject(name);
        json.WriteString("key", node.Key);
        if (node.Value is { } value)
            json.WriteString("value", value);
        Flag(json, "dir", node.IsDirectory);
        json.WriteNumber("created", node.CreatedIndex.Value);
        json.WriteNumber("modified", node.ModifiedIndex.Value);
        if (node.Expiration is { } expiration)
            json.WriteString("expiration", expiration);
        if (node.TtlSeconds is { } ttl)
            json.WriteNumber("ttl", ttl);
        if (node.Nodes.Count > 0)
        {
            json.WriteStartArray("nodes");
            foreach (KvNode child in node.Nodes)
                WriteNode(json, null, child);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static KvNode ReadNode(JsonElement root)
    {
        List<KvNode> nodes = [];
        if (root.TryGetProperty("nodes", out JsonElement children))
        {
            foreach (JsonElement child in children.EnumerateArray())
                nodes.Add(ReadNode(child));
        }

        return new KvNode
        {
            Key = Text(root, "key") ?? "",
            Value = Text(root, "value"),
            IsDirectory = Flag(root, "dir"),
            CreatedIndex = new StoreIndex(Number(root, "created")),
            ModifiedIndex = new StoreIndex(Number(root, "modified")),
            Expiration = Text(root, "expiration"),
            TtlSeconds = root.TryGetProperty("ttl", out JsonElement ttl) ? ttl.GetInt64() : null,
            Nodes = nodes,
        };
    }

    private static void WriteError(Utf8JsonWriter json, KvError error)
    {
        json.WriteNumber("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteString("cause", error.Cause);
        json.WriteNumber("index", error.Index);
    }

    private static KvError ReadError(JsonElement root) => new(
        root.GetProperty("code").GetInt32(), Text(root, "message") ?? "", Text(root, "cause") ?? "",
        Number(root, "index"));

    private static void Previous(Utf8JsonWriter json, string? value, StoreIndex index)
    {
        if (value is not null)
            json.WriteString("previousValue", value);
        if (index != StoreIndex.Zero)
            json.WriteNumber("previousIndex", index.Value);
    }

    private static void Flag(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
            json.WriteBoolean(name, true);
    }

    private static void Ttl(Utf8JsonWriter json, TimeSpan? value)
    {
        if (value is { } ttl)
            json.WriteNumber("ttlMs", (long)ttl.TotalMilliseconds);
    }

    private static bool Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    private static TimeSpan? Ttl(JsonElement root) =>
        root.TryGetProperty("ttlMs", out JsonElement value) ? TimeSpan.FromMilliseconds(value.GetInt64()) : null;

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static ulong Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) ? value.GetUInt64() : 0;

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { MaxDepth = MaxDepth }))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static T Parse<T>(ReadOnlyMemory<byte> line, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, s_options);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or OverflowException)
        {
            throw new FormatException($"a message about keys makes no sense: {fault.Message}", fault);
        }
    }

    private sealed record WatchLine(KvWatchItem? Item);
}
