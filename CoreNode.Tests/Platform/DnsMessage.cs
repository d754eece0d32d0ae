using System.Buffers.Binary;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Tests.Platform;

/// <summary>Writes DNS messages, for tests of their reader and for the name server of a test.</summary>
internal static class DnsMessage
{
    public const ushort Address = 1;
    public const ushort Service = 33;

    /// <summary>A question, as resolvers ask it.</summary>
    public static byte[] Question(ushort id, string name, ushort type)
    {
        List<byte> message = Header(id, 0x0100, 1, 0);
        Name(message, name);
        Add(message, type, 1);
        return [.. message];
    }

    /// <summary>The answer to a question that comes at its begin; names of the answers point to it.</summary>
    public static byte[] Answer(ushort id, ReadOnlySpan<byte> question, bool exists, IReadOnlyList<byte[]> records)
    {
        List<byte> message = Header(id, exists ? (ushort)0x8580 : (ushort)0x8583, 1, records.Count);
        message.AddRange(question);
        foreach (byte[] record in records)
            message.AddRange(record);
        return [.. message];
    }

    /// <summary>A record of the name in the question.</summary>
    public static byte[] Record(ushort type, byte[] data)
    {
        List<byte> record = [0xC0, 12];
        Add(record, type, 1, 0, 60, (ushort)data.Length);
        record.AddRange(data);
        return [.. record];
    }

    /// <summary>Data of an SRV record.</summary>
    public static byte[] ServiceData(SrvRecord service)
    {
        List<byte> data = [];
        Add(data, service.Priority, service.Weight, service.Port);
        Name(data, service.Target);
        return [.. data];
    }

    private static List<byte> Header(ushort id, ushort flags, int questions, int answers)
    {
        List<byte> header = [];
        Add(header, id, flags, (ushort)questions, (ushort)answers, 0, 0);
        return header;
    }

    private static void Name(List<byte> to, string name)
    {
        foreach (string label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            to.Add((byte)label.Length);
            to.AddRange(Encoding.ASCII.GetBytes(label));
        }

        to.Add(0);
    }

    private static void Add(List<byte> to, params ReadOnlySpan<ushort> numbers)
    {
        byte[] bytes = new byte[2];
        foreach (ushort number in numbers)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
            to.AddRange(bytes);
        }
    }
}
