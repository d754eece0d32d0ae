using CoreNode.Store;

namespace CoreNode.Api.Wire;

/// <summary>
/// Keys, events and errors as etcd's v2 API shows them; field order and omissions are etcd's (events of /v2/keys:
/// key, value, dir, expiration, ttl, nodes, modifiedIndex, createdIndex). Answers end with a line feed.
/// </summary>
public static class KeyJson
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>The answer to a GET of a file.</summary>
    public static void WriteGet(JsonBuffer json, KeyRecord record, long nowUnixNs)
    {
        json.Raw("{\"action\":\"get\",\"node\":"u8);
        WriteNode(json, record, nowUnixNs);
        json.Raw("}\n"u8);
    }

    /// <summary>An event: what a writer is answered and a watcher is told.</summary>
    public static void WriteEvent(JsonBuffer json, KeyEvent change)
    {
        json.Raw("{\"action\":\""u8);
        json.Raw(Name(change.Action));
        json.Raw("\",\"node\":"u8);
        WriteNode(json, change.Node, change.TimeUnixNs);
        if (!change.Previous.IsNone)
        {
            json.Raw(",\"prevNode\":"u8);
            WriteNode(json, change.Previous, change.TimeUnixNs);
        }

        json.Raw("}\n"u8);
    }

    /// <summary>The answer to a write with noValueOnSuccess: nodes only for deletes, as etcd.</summary>
    public static void WriteEventWithoutValue(JsonBuffer json, KeyEvent change)
    {
        if (change.Action is not (KeyAction.Set or KeyAction.Create or KeyAction.Update or KeyAction.CompareAndSwap))
        {
            WriteEvent(json, change);
            return;
        }

        json.Raw("{\"action\":\""u8);
        json.Raw(Name(change.Action));
        json.Raw("\"}\n"u8);
    }

    /// <summary>The event as its own array, made once for all watchers.</summary>
    public static byte[] Rendered(KeyEvent change, JsonBuffer scratch)
    {
        if (change.Rendered is { } known)
            return known;
        scratch.Clear();
        WriteEvent(scratch, change);
        return change.Rendered = scratch.Written.ToArray();
    }

    /// <summary>An error of /v2/keys.</summary>
    public static void WriteError(JsonBuffer json, KeyError error)
    {
        json.Raw("{\"errorCode\":"u8);
        json.Number((long)error.Code);
        json.Raw(",\"message\":"u8);
        json.Quoted(ErrorCodes.Message(error.Code));
        if (!error.Cause.IsEmpty)
        {
            json.Raw(",\"cause\":"u8);
            json.Quoted(error.Cause.Span);
        }

        json.Raw(",\"index\":"u8);
        json.Number(error.Index);
        json.Raw("}\n"u8);
    }

    /// <summary>A key without children.</summary>
    public static void WriteNode(JsonBuffer json, KeyRecord record, long nowUnixNs)
    {
        OpenNode(json, record, nowUnixNs);
        CloseNode(json, record);
    }

    /// <summary>The part of a key that comes before its children; <see cref="CloseNode"/> writes the rest.</summary>
    public static void OpenNode(JsonBuffer json, KeyRecord record, long nowUnixNs)
    {
        int start = json.Length;
        ReadOnlySpan<byte> key = record.Key;
        if (key.Length > 1)
        {
            json.Raw(",\"key\":"u8);
            json.Quoted(key);
        }

        if (record.HasValue)
        {
            json.Raw(",\"value\":"u8);
            json.Quoted(record.Value);
        }

        if (record.IsDirectory)
            json.Raw(",\"dir\":true"u8);
        if (record.HasExpiration)
            WriteExpiration(json, record.ExpirationUnixNs, nowUnixNs);
        json.ReplaceAt(start, (byte)'{');
    }

    /// <summary>The indexes and the closing brace.</summary>
    public static void CloseNode(JsonBuffer json, KeyRecord record)
    {
        if (record.ModifiedIndex != 0)
        {
            json.Raw(",\"modifiedIndex\":"u8);
            json.Number(record.ModifiedIndex);
        }

        if (record.CreatedIndex != 0)
        {
            json.Raw(",\"createdIndex\":"u8);
            json.Number(record.CreatedIndex);
        }

        json.Raw("}"u8);
    }

    /// <summary>etcd's name of an action.</summary>
    public static ReadOnlySpan<byte> Name(KeyAction action) => action switch
    {
        KeyAction.Get => "get"u8,
        KeyAction.Set => "set"u8,
        KeyAction.Create => "create"u8,
        KeyAction.Update => "update"u8,
        KeyAction.CompareAndSwap => "compareAndSwap"u8,
        KeyAction.Delete => "delete"u8,
        KeyAction.CompareAndDelete => "compareAndDelete"u8,
        KeyAction.Expire => "expire"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "no such action"),
    };

    // etcd rounds the remaining time up to whole seconds and leaves a ttl of 0 out; what is over by less than a second
    // is 0 then, and more than that shows as a negative number.
    private static void WriteExpiration(JsonBuffer json, long expirationUnixNs, long nowUnixNs)
    {
        json.Raw(",\"expiration\":\""u8);
        json.Advance(Rfc3339.Write(json.GetSpan(Rfc3339.MaxLength), expirationUnixNs));
        json.Raw("\""u8);
        // A ttl that wrapped around may lie centuries back: Go's time.Sub stops at the largest difference it can hold.
        long remaining = (long)Int128.Clamp((Int128)expirationUnixNs - nowUnixNs, long.MinValue, long.MaxValue);
        (long seconds, long rest) = Math.DivRem(remaining, NsPerSecond);
        if (rest > 0)
            seconds++;
        if (seconds == 0)
            return;
        json.Raw(",\"ttl\":"u8);
        json.Number(seconds);
    }
}
