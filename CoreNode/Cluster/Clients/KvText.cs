using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Clients;

/// <summary>Keys, records and errors of the store as <see cref="IKvClient"/> shows them, and keys back.</summary>
internal static class KvText
{
    private const long NsPerSecond = 1_000_000_000;
    private const int FractionDigits = 9;

    /// <summary>The canonical key: "." and ".." are resolved and never leave the root.</summary>
    internal static byte[] Key(string key)
    {
        List<string> parts = [];
        foreach (string part in key.Split('/'))
        {
            if (part.Length == 0 || part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        return Encoding.UTF8.GetBytes("/" + string.Join('/', parts));
    }

    /// <summary>A refusal of the store.</summary>
    internal static KvOutcome Refused(KeyError error) => new KvOutcome.Refused(Error(error));

    /// <summary>Why the store refused.</summary>
    internal static KvError Error(KeyError error) => new(
        (int)error.Code, ErrorCodes.Message(error.Code), Encoding.UTF8.GetString(error.Cause.Span), error.Index);

    /// <summary>A change, told at that index of the store.</summary>
    internal static KvChange Change(KeyEvent change, StoreIndex index) => new(
        change.Action,
        Node(change.Node, change.TimeUnixNs),
        change.Previous.IsNone ? null : Node(change.Previous, change.TimeUnixNs),
        index);

    /// <summary>A key without what is below it.</summary>
    internal static KvNode Node(KeyRecord record, long nowUnixNs) => Node(record, nowUnixNs, []);

    /// <summary>A directory with what is below it.</summary>
    internal static KvNode Node(KeyRecord record, long nowUnixNs, IReadOnlyList<KvNode> nodes) => new()
    {
        Key = record.Key.Length > 1 ? Encoding.UTF8.GetString(record.Key) : "",
        Value = record.HasValue ? Encoding.UTF8.GetString(record.Value) : null,
        IsDirectory = record.IsDirectory,
        CreatedIndex = new StoreIndex(record.CreatedIndex),
        ModifiedIndex = new StoreIndex(record.ModifiedIndex),
        Expiration = record.HasExpiration ? Time(record.ExpirationUnixNs) : null,
        TtlSeconds = record.HasExpiration ? Remaining(record.ExpirationUnixNs, nowUnixNs) : null,
        Nodes = nodes,
    };

    // Rounded up to whole seconds; a remainder of 0 is left out, as etcd does.
    private static long? Remaining(long expirationUnixNs, long nowUnixNs)
    {
        long remaining = (long)Int128.Clamp((Int128)expirationUnixNs - nowUnixNs, long.MinValue, long.MaxValue);
        (long seconds, long rest) = Math.DivRem(remaining, NsPerSecond);
        seconds += rest > 0 ? 1 : 0;
        return seconds == 0 ? null : seconds;
    }

    private static string Time(long unixNs)
    {
        long seconds = (unixNs - (((unixNs % NsPerSecond) + NsPerSecond) % NsPerSecond)) / NsPerSecond;
        string whole = DateTime.UnixEpoch.AddSeconds(seconds)
            .ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        string fraction = (unixNs - (seconds * NsPerSecond))
            .ToString(CultureInfo.InvariantCulture).PadLeft(FractionDigits, '0').TrimEnd('0');
        return fraction.Length == 0 ? whole + "Z" : $"{whole}.{fraction}Z";
    }
}
