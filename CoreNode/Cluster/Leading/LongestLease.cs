using System.Globalization;
using System.Text;
using CoreNode.Store;

namespace CoreNode.Cluster.Leading;

/// <summary>
/// The longest lease that any leader may have granted, as a key of the store's own: the next leader waits that long,
/// whatever its own options say. Not there before the first lease.
/// </summary>
internal static class LongestLease
{
    private static ReadOnlySpan<byte> Key => "leases/longest"u8;

    /// <summary>As it stands in that state; zero if no leader ever granted one.</summary>
    internal static TimeSpan Read(IKeyspace keyspace) =>
        keyspace.TryGetSystem(Key, out ReadOnlyMemory<byte> value)
        && long.TryParse(
            Encoding.ASCII.GetString(value.Span), NumberStyles.None, CultureInfo.InvariantCulture, out long ms)
            ? TimeSpan.FromMilliseconds(ms)
            : TimeSpan.Zero;

    /// <summary>Writes it.</summary>
    internal static byte[] SetCommand(TimeSpan longest) => new KeyCommand
    {
        Operation = KeyOperation.SystemSet,
        Key = Key,
        Value = Encoding.ASCII.GetBytes(
            ((long)Math.Ceiling(longest.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture)),
    }.Encode();
}
