using System.Buffers.Binary;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Runner.Logs;

/// <summary>One entry of a unit's journal as it stands in its file (docs/formats.md, "Journals of units").</summary>
/// <param name="TimeUs">Microseconds since 1970.</param>
/// <param name="OutputOffset">Up to where the output file is in the journal after this entry.</param>
/// <param name="Pid">Who wrote it; 0 if not known.</param>
/// <param name="Priority">syslog's.</param>
/// <param name="Identifier">What the writer is called.</param>
/// <param name="Message">The text.</param>
internal sealed record JournalRecord(
    long TimeUs, long OutputOffset, int Pid, int Priority, string Identifier, string Message)
{
    /// <summary>Before each body: its length and its checksum.</summary>
    public const int HeaderBytes = 8;

    /// <summary>More is no body.</summary>
    public const int MostBytes = 1 << 20;

    private const int FixedBytes = 8 + 8 + 4 + 1 + 2;

    /// <summary>Appends its bytes.</summary>
    public void Write(MemoryStream stream)
    {
        byte[] identifier = Encoding.UTF8.GetBytes(Identifier);
        byte[] message = Encoding.UTF8.GetBytes(Message);
        byte[] bytes = new byte[HeaderBytes + FixedBytes + identifier.Length + message.Length];
        Span<byte> body = bytes.AsSpan(HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(body, TimeUs);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], OutputOffset);
        BinaryPrimitives.WriteInt32LittleEndian(body[16..], Pid);
        body[20] = (byte)Priority;
        BinaryPrimitives.WriteUInt16LittleEndian(body[21..], (ushort)identifier.Length);
        identifier.CopyTo(body[FixedBytes..]);
        message.CopyTo(body[(FixedBytes + identifier.Length)..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Compute(body));
        stream.Write(bytes);
    }

    /// <summary>Reads the one at the beginning of some bytes; null if none is there as a whole.</summary>
    /// <param name="bytes">From its beginning on.</param>
    /// <param name="length">How many of them it takes.</param>
    public static JournalRecord? Read(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < HeaderBytes)
            return null;
        int bodyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (bodyLength is < FixedBytes or > MostBytes || bytes.Length < HeaderBytes + bodyLength)
            return null;
        ReadOnlySpan<byte> body = bytes.Slice(HeaderBytes, bodyLength);
        if (Crc32C.Compute(body) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]))
            return null;
        int identifier = BinaryPrimitives.ReadUInt16LittleEndian(body[21..]);
        if (FixedBytes + identifier > bodyLength)
            return null;
        length = HeaderBytes + bodyLength;
        return new JournalRecord(
            BinaryPrimitives.ReadInt64LittleEndian(body),
            BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(body[16..]),
            body[20],
            Encoding.UTF8.GetString(body.Slice(FixedBytes, identifier)),
            Encoding.UTF8.GetString(body[(FixedBytes + identifier)..]));
    }
}
