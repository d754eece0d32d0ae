using System.Buffers.Binary;
using System.Numerics;

namespace CoreNode.Kv;

/// <summary>
/// A running 64-bit hash over every change in order: two replicas that applied the same log have the same one, and one
/// that went astray keeps a different one for good. Multiply-and-fold over 16 bytes at a time; not for secrets.
/// </summary>
internal static class StateHash
{
    private const ulong First = 0x9E3779B97F4A7C15UL;
    private const ulong Second = 0xD6E8FEB86659FD93UL;

    /// <summary>The hash after one more change.</summary>
    public static ulong Mix(ulong hash, ulong index, byte action, ReadOnlySpan<byte> record)
    {
        unchecked
        {
            hash = BitOperations.RotateLeft(hash, 23) ^ Fold(hash ^ First, index ^ ((ulong)action << 56) ^ Second);
            int length = record.Length;
            while (record.Length >= 16)
            {
                // The rotation keeps what came before even where the data makes the product zero.
                hash = BitOperations.RotateLeft(hash, 23) ^ Fold(
                    BinaryPrimitives.ReadUInt64LittleEndian(record) ^ hash,
                    BinaryPrimitives.ReadUInt64LittleEndian(record[8..]) ^ First);
                record = record[16..];
            }

            Span<byte> rest = stackalloc byte[16];
            rest.Clear();
            record.CopyTo(rest);
            return BitOperations.RotateLeft(hash, 23) ^ Fold(
                BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ hash,
                BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ Second ^ (ulong)length);
        }
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
