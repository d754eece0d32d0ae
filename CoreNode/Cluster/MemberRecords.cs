using System.Buffers.Binary;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Members as keys of the store's own, two for each as in etcd (where they live and, once started, who they are), so
/// that they replicate, move the store index and end up in snapshots like everything else. Value layout: version byte
/// 1, count (u16), then each string with its length (u16), UTF-8. Attributes end with the log version (u16) that the
/// member's program knows; programs that know only the first one read past it, and write none.
/// </summary>
public static class MemberRecords
{
    private const byte Version = 1;
    private const string Prefix = "members/";
    private const string PeersSuffix = "/peers";
    private const string AttributesSuffix = "/attributes";

    /// <summary>Key of a member's peer URLs.</summary>
    public static string PeersKey(NodeId id) => Prefix + id + PeersSuffix;

    /// <summary>Key of a member's name and client URLs.</summary>
    public static string AttributesKey(NodeId id) => Prefix + id + AttributesSuffix;

    /// <summary>The log command that sets one of these keys.</summary>
    public static byte[] SetCommand(string key, IReadOnlyList<string> strings) => Command(key, Encode(strings));

    /// <summary>The log command with which a member makes itself known: name, client URLs and log version.</summary>
    public static byte[] AnnounceCommand(NodeId id, IReadOnlyList<string> attributes, ushort logVersion)
    {
        byte[] suffix = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(suffix, logVersion);
        return Command(AttributesKey(id), [.. Encode(attributes), .. suffix]);
    }

    /// <summary>
    /// True for a member that was removed: its peer URLs are an empty list from then on, so that its identity is never
    /// used again.
    /// </summary>
    public static bool IsRemoved(IKeyspace keyspace, NodeId id) =>
        keyspace.TryGetSystem(Encoding.UTF8.GetBytes(PeersKey(id)), out ReadOnlyMemory<byte> value)
        && Decode(value.Span).Length == 0;

    /// <summary>All members, in order of their ids.</summary>
    public static IReadOnlyList<Member> Read(IKeyspace keyspace)
    {
        List<Member> members = [];
        foreach ((string key, ReadOnlyMemory<byte> value) in keyspace.ListSystem(Prefix))
        {
            if (!key.EndsWith(PeersSuffix, StringComparison.Ordinal))
                continue;
            NodeId id = new(Convert.ToUInt64(key[Prefix.Length..^PeersSuffix.Length], 16));
            string[] urls = Decode(value.Span);
            if (urls.Length == 0)
                continue;
            IReadOnlyList<string> attributes = Attributes(keyspace, id);
            members.Add(new Member(
                id,
                attributes.Count > 0 ? attributes[0] : "",
                urls,
                ListPart.From(attributes, 1)));
        }

        members.Sort((a, b) => a.Id.CompareTo(b.Id));
        return members;
    }

    /// <summary>Name, then client URLs, as the member announced them; empty before it did.</summary>
    public static IReadOnlyList<string> Attributes(IKeyspace keyspace, NodeId id) =>
        keyspace.TryGetSystem(Encoding.UTF8.GetBytes(AttributesKey(id)), out ReadOnlyMemory<byte> value)
            ? Decode(value.Span)
            : [];

    /// <summary>
    /// The log version that a member announced: the first one if its program announces none, 0 before it announced
    /// itself.
    /// </summary>
    public static int AnnouncedLogVersion(IKeyspace keyspace, NodeId id)
    {
        if (!keyspace.TryGetSystem(Encoding.UTF8.GetBytes(AttributesKey(id)), out ReadOnlyMemory<byte> value))
            return 0;
        Decode(value.Span, out int end);
        return value.Length >= end + 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(value.Span[end..])
            : LogVersion.First;
    }

    /// <summary>The strings of such a value.</summary>
    internal static string[] Strings(ReadOnlySpan<byte> data) => Decode(data, out _);

    private static byte[] Command(string key, byte[] value) => new KeyCommand
    {
        Operation = KeyOperation.SystemSet,
        Key = Encoding.UTF8.GetBytes(key),
        Value = value,
    }.Encode();

    private static byte[] Encode(IReadOnlyList<string> strings)
    {
        byte[] data = new byte[3 + strings.Sum(s => 2 + Encoding.UTF8.GetByteCount(s))];
        data[0] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(1), (ushort)strings.Count);
        int at = 3;
        foreach (string s in strings)
        {
            int length = Encoding.UTF8.GetBytes(s, data.AsSpan(at + 2));
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at), (ushort)length);
            at += 2 + length;
        }

        return data;
    }

    private static string[] Decode(ReadOnlySpan<byte> data) => Decode(data, out _);

    private static string[] Decode(ReadOnlySpan<byte> data, out int at)
    {
        Invariant.That(data.Length >= 3 && data[0] == Version, "a member record has version 1");
        string[] strings = new string[BinaryPrimitives.ReadUInt16LittleEndian(data[1..])];
        at = 3;
        for (int i = 0; i < strings.Length; i++)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(data[at..]);
            strings[i] = Encoding.UTF8.GetString(data.Slice(at + 2, length));
            at += 2 + length;
        }

        return strings;
    }
}
