using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// Bytes of a configuration and of a change. Version 1: the version byte, then for a configuration four lists (voters,
/// outgoing voters, learners, learners-next), each its length as LEB128 and the ids as u64 little-endian; for a change
/// one list of (operation byte, id). Version 2 of a configuration: the same, followed by the context to its end.
/// </summary>
internal static class ConfigurationCodec
{
    private const byte Version = 1;
    private const byte VersionWithContext = 2;

    // Far above any sensible cluster; keeps damaged lengths from reserving memory.
    private const int MaxMembers = 10_000;

    public static byte[] Encode(Configuration configuration, ReadOnlySpan<byte> context = default)
    {
        IReadOnlyList<NodeId>[] lists =
            [configuration.Voters, configuration.OutgoingVoters, configuration.Learners, configuration.LearnersNext];
        int length = 1 + lists.Sum(static list => Leb128.Length(list.Count) + 8 * list.Count);
        byte[] data = new byte[length + context.Length];
        data[0] = context.Length == 0 ? Version : VersionWithContext;
        context.CopyTo(data.AsSpan(length));
        int at = 1;
        foreach (IReadOnlyList<NodeId> list in lists)
        {
            at += Leb128.Write(data.AsSpan(at), list.Count);
            foreach (NodeId node in list)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(at), node.Value);
                at += 8;
            }
        }

        return data;
    }

    public static bool TryDecode(
        ReadOnlySpan<byte> data, [NotNullWhen(true)] out Configuration? configuration, out int contextLength)
    {
        configuration = null;
        contextLength = 0;
        if (data.Length == 0 || data[0] is not (Version or VersionWithContext))
            return false;
        ReadOnlySpan<byte> rest = data[1..];
        if (!TryTakeList(ref rest, out NodeId[] voters) || !TryTakeList(ref rest, out NodeId[] outgoing)
            || !TryTakeList(ref rest, out NodeId[] learners) || !TryTakeList(ref rest, out NodeId[] next)
            || (rest.Length != 0) != (data[0] == VersionWithContext))
            return false;
        contextLength = rest.Length;
        try
        {
            configuration = new Configuration(voters, outgoing, learners, next);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public static byte[] Encode(ConfigurationChange change)
    {
        byte[] data = new byte[1 + Leb128.Length(change.Steps.Count) + 9 * change.Steps.Count];
        data[0] = Version;
        int at = 1 + Leb128.Write(data.AsSpan(1), change.Steps.Count);
        foreach (ConfigurationStep step in change.Steps)
        {
            data[at] = (byte)step.Operation;
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(at + 1), step.Node.Value);
            at += 9;
        }

        return data;
    }

    public static bool TryDecode(ReadOnlySpan<byte> data, [NotNullWhen(true)] out ConfigurationChange? change)
    {
        change = null;
        if (data.Length == 0 || data[0] != Version)
            return false;
        if (!Leb128.TryRead(data[1..], out int count, out int used) || count > MaxMembers
            || data.Length != 1 + used + 9 * count)
            return false;
        ConfigurationStep[] steps = new ConfigurationStep[count];
        ReadOnlySpan<byte> rest = data[(1 + used)..];
        for (int i = 0; i < count; i++, rest = rest[9..])
        {
            if (!Enum.IsDefined((ConfigurationOperation)rest[0]))
                return false;
            NodeId node = new(BinaryPrimitives.ReadUInt64LittleEndian(rest[1..]));
            steps[i] = new ConfigurationStep((ConfigurationOperation)rest[0], node);
        }

        change = new ConfigurationChange(steps);
        return true;
    }

    private static bool TryTakeList(scoped ref ReadOnlySpan<byte> rest, out NodeId[] nodes)
    {
        nodes = [];
        if (!Leb128.TryRead(rest, out int count, out int used) || count > MaxMembers || rest.Length - used < 8 * count)
            return false;
        rest = rest[used..];
        nodes = new NodeId[count];
        for (int i = 0; i < count; i++, rest = rest[8..])
            nodes[i] = new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(rest));
        return true;
    }
}
