using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Client;

/// <summary>
/// Reads the bodies of the v2 API. Tolerant: unknown properties are skipped, what is missing stays empty. Written by
/// hand over the reader because a listing nests as deep as its keys and a start of the command line should not pay for
/// a serializer.
/// </summary>
public static class V2Json
{
    // A directory inside a directory costs two levels (object and array); etcd has no limit of its own.
    private const int MaxDepth = 4096;

    /// <summary>Reads the answer to a request on keys.</summary>
    public static KvOutcome ParseAnswer(V2Reply.Answered answer) =>
        answer.IsSuccess && TryParseChange(answer.Body, new StoreIndex(answer.Index), out KvChange? change)
            ? new KvOutcome.Done(change)
            : new KvOutcome.Refused(ParseError(answer));

    /// <summary>Reads an event; false if the bytes are none.</summary>
    public static bool TryParseChange(
        ReadOnlySpan<byte> body, StoreIndex index, [NotNullWhen(true)] out KvChange? change)
    {
        change = null;
        KeyAction? action = null;
        KvNode? node = null;
        KvNode? previous = null;
        try
        {
            Utf8JsonReader reader = Open(body);
            while (NextProperty(ref reader, out string name))
            {
                if (name == "action")
                    action = ActionNames.Parse(reader.GetString());
                else if (name == "node")
                    node = ReadNode(ref reader);
                else if (name == "prevNode")
                    previous = ReadNode(ref reader);
                else
                    reader.Skip();
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }

        if (action is null || node is null)
            return false;
        change = new KvChange(action.Value, node, previous, index);
        return true;
    }

    /// <summary>Reads an error; an answer that is no v2 error becomes one with code 0 that says so.</summary>
    public static KvError ParseError(V2Reply.Answered answer)
    {
        int code = 0;
        string? message = null;
        string cause = "";
        ulong index = 0;
        try
        {
            Utf8JsonReader reader = Open(answer.Body);
            while (NextProperty(ref reader, out string name))
            {
                if (name == "errorCode")
                    code = reader.GetInt32();
                else if (name == "message")
                    message = reader.GetString();
                else if (name == "cause")
                    cause = reader.GetString() ?? "";
                else if (name == "index")
                    index = reader.GetUInt64();
                else
                    reader.Skip();
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            message = null;
        }

        return message is null
            ? new KvError(0, NotOurAnswer(answer), "", answer.Index)
            : new KvError(code, message, cause, index);
    }

    internal static Utf8JsonReader Open(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("not an object");
        return reader;
    }

    /// <summary>Goes to the value of the object's next property; false at its end.</summary>
    internal static bool NextProperty(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            return false;
        name = reader.GetString() ?? "";
        return reader.Read();
    }

    private static KvNode? ReadNode(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("a node is no object");
        string key = "";
        string? value = null;
        bool isDirectory = false;
        ulong created = 0;
        ulong modified = 0;
        string? expiration = null;
        long? ttl = null;
        IReadOnlyList<KvNode> nodes = [];
        while (NextProperty(ref reader, out string name))
        {
            switch (name)
            {
                case "key": key = reader.GetString() ?? ""; break;
                case "value": value = reader.GetString(); break;
                case "dir": isDirectory = reader.GetBoolean(); break;
                case "createdIndex": created = reader.GetUInt64(); break;
                case "modifiedIndex": modified = reader.GetUInt64(); break;
                case "expiration": expiration = reader.GetString(); break;
                case "ttl": ttl = reader.GetInt64(); break;
                case "nodes": nodes = ReadNodes(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new KvNode
        {
            Key = key,
            Value = value,
            IsDirectory = isDirectory,
            CreatedIndex = new StoreIndex(created),
            ModifiedIndex = new StoreIndex(modified),
            Expiration = expiration,
            TtlSeconds = ttl,
            Nodes = nodes,
        };
    }

    private static List<KvNode> ReadNodes(ref Utf8JsonReader reader)
    {
        var nodes = new List<KvNode>();
        if (reader.TokenType == JsonTokenType.Null)
            return nodes;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadNode(ref reader) is { } node)
                nodes.Add(node);
        }

        return nodes;
    }

    private static string NotOurAnswer(V2Reply.Answered answer)
    {
        string text = Encoding.UTF8.GetString(answer.Body.AsSpan(0, Math.Min(answer.Body.Length, 200)));
        string line = text.Split('\n')[0].Trim();
        string said = line.Length == 0 ? "" : $": {line}";
        return $"{answer.Endpoint} answered HTTP {answer.Status}, not as the v2 API does{said}";
    }
}
