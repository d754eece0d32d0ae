using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) by the processor's own instruction: the check value of "123456789" is
/// 0xE3069283. Every format on disk uses it.
/// </summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of what gave <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(
                crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte b in data[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>The same for the eight little-endian bytes of <paramref name="value"/>.</summary>
    public static uint Append(uint crc, ulong value) => ~BitOperations.Crc32C(~crc, value);

    /// <summary>The same for the four little-endian bytes of <paramref name="value"/>.</summary>
    public static uint Append(uint crc, uint value) => ~BitOperations.Crc32C(~crc, value);
}
