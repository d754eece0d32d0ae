using System.Buffers.Binary;
using System.Text;

namespace CoreNode.Platform;

/// <summary>
/// Reads the SRV records of a DNS message (RFC 1035 §4, RFC 2782). The bytes come from the network: each length is
/// checked before it is used, and a name may only point backwards, so no message can make it run in circles.
/// </summary>
public static class DnsAnswer
{
    private const int HeaderBytes = 12;
    private const int SrvType = 33;
    private const int InternetClass = 1;
    private const int LongestName = 255;

    /// <summary>The records in the answer section; false if the bytes are no whole DNS message.</summary>
    public static bool TryReadServices(ReadOnlySpan<byte> message, out IReadOnlyList<SrvRecord> records)
    {
        records = [];
        if (message.Length < HeaderBytes)
            return false;
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        int answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        int at = HeaderBytes;
        for (int i = 0; i < questions; i++)
        {
            if (!TrySkipName(message, ref at) || message.Length - at < 4)
                return false;
            at += 4;
        }

        List<SrvRecord> found = [];
        for (int i = 0; i < answers; i++)
        {
            if (!TryReadRecord(message, ref at, found))
                return false;
        }

        records = found;
        return true;
    }

    private static bool TryReadRecord(ReadOnlySpan<byte> message, ref int at, List<SrvRecord> found)
    {
        if (!TrySkipName(message, ref at) || message.Length - at < 10)
            return false;
        int type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        int kind = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        int length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        int data = at + 10;
        if (message.Length - data < length)
            return false;
        at = data + length;
        if (type != SrvType || kind != InternetClass)
            return true;
        int name = data + 6;
        if (length < 7 || !TryReadName(message[..at], ref name, out string? target) || name != at)
            return false;

        // RFC 2782: a target of "." says that the service is not there.
        if (target.Length > 0)
        {
            found.Add(new SrvRecord(
                BinaryPrimitives.ReadUInt16BigEndian(message[data..]),
                BinaryPrimitives.ReadUInt16BigEndian(message[(data + 2)..]),
                BinaryPrimitives.ReadUInt16BigEndian(message[(data + 4)..]),
                target));
        }

        return true;
    }

    private static bool TrySkipName(ReadOnlySpan<byte> message, ref int at)
    {
        while (at < message.Length)
        {
            int length = message[at];
            if (length >= 0xC0)
            {
                at += 2;
                return at <= message.Length;
            }

            if (length > 63)
                return false;
            at += 1 + length;
            if (length == 0)
                return true;
        }

        return false;
    }

    private static bool TryReadName(
        ReadOnlySpan<byte> message, ref int at, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? name)
    {
        name = null;
        StringBuilder text = new();
        int end = -1;
        for (int from = at; from < message.Length;)
        {
            int length = message[from];
            if (length == 0)
            {
                at = end < 0 ? from + 1 : end;
                name = text.ToString();
                return true;
            }

            if (length >= 0xC0)
            {
                if (message.Length - from < 2)
                    return false;
                int target = ((length & 0x3F) << 8) | message[from + 1];
                if (target >= from)
                    return false;
                end = end < 0 ? from + 2 : end;
                from = target;
                continue;
            }

            if (length > 63 || message.Length - from - 1 < length || text.Length + length + 1 > LongestName
                || !TryAppend(text, message.Slice(from + 1, length)))
            {
                return false;
            }

            from += 1 + length;
        }

        return false;
    }

    // Host names only: whatever else stood there would get into URLs and logs.
    private static bool TryAppend(StringBuilder text, ReadOnlySpan<byte> label)
    {
        if (text.Length > 0)
            text.Append('.');
        foreach (byte value in label)
        {
            char c = (char)value;
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
            text.Append(char.ToLowerInvariant(c));
        }

        return true;
    }
}
