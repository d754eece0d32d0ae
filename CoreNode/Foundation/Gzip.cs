using System.Buffers.Binary;

namespace CoreNode.Foundation;

/// <summary>
/// Expands gzip (RFC 1952) in memory, never to more than a limit. Pure, and strict where libraries are lenient: a text
/// that was cut off, a wrong checksum and bytes behind the end are no gzip. Several members one after the other are
/// one text, as gzip(1) has it.
/// </summary>
public static class Gzip
{
    private const int HeaderBytes = 10;
    private const int TrailerBytes = 8;

    private static readonly uint[] s_checksums = Checksums();

    /// <summary>True if it begins as gzip does.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes.Length > 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;

    /// <summary>What it holds; null with the reason if it is no gzip or holds more than that.</summary>
    public static byte[]? Expand(ReadOnlySpan<byte> packed, int mostBytes, out string problem)
    {
        problem = "";
        Inflater inflater = new(packed, mostBytes);
        try
        {
            do
            {
                int from = inflater.Length;
                inflater.Skip(HeaderLength(packed[inflater.At..]));
                inflater.Inflate();
                ReadOnlySpan<byte> trailer = packed.Slice(inflater.At, TrailerBytes);
                ReadOnlySpan<byte> member = inflater.Written[from..];
                if (Checksum(member) != BinaryPrimitives.ReadUInt32LittleEndian(trailer)
                    || (uint)member.Length != BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]))
                {
                    problem = "its checksum is wrong: it was damaged";
                    return null;
                }

                inflater.Skip(TrailerBytes);
            }
            while (inflater.At < packed.Length);
            return inflater.Written.ToArray();
        }
        catch (InvalidDataException fault)
        {
            problem = fault.Message;
        }
        catch (Exception fault) when (fault is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            problem = "it ends too early";
        }

        return null;
    }

    // RFC 1952, 2.3.
    private static int HeaderLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes)
            throw new InvalidDataException("it ends too early");
        if (!IsGzip(bytes) || bytes[2] != 8 || (bytes[3] & 0xe0) != 0)
            throw new InvalidDataException("it does not begin as gzip does");
        int flags = bytes[3];
        int at = HeaderBytes;
        if ((flags & 4) != 0)
            at += 2 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
        // Name and comment.
        for (int flag = 8; flag <= 16; flag <<= 1)
        {
            if ((flags & flag) != 0)
                at += bytes[at..].IndexOf((byte)0) is var end and >= 0 ? end + 1 : bytes.Length;
        }

        return at + ((flags & 2) != 0 ? 2 : 0);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte one in bytes)
            sum = s_checksums[(sum ^ one) & 0xff] ^ (sum >> 8);
        return ~sum;
    }

    private static uint[] Checksums()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint sum = i;
            for (int bit = 0; bit < 8; bit++)
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB88320;
            table[i] = sum;
        }

        return table;
    }
}
