using System.Buffers.Binary;
using System.Numerics;

namespace CoreNode.Kv;

/// <summary>
/// Layout of a snapshot (docs/formats.md, "snapshots"): a header, then chunks of a kind each, in the order of the
/// kinds, the last one an end mark with counts. Every chunk's checksum continues that of the one before, so that
/// chunks which are whole but lost, repeated or exchanged are found too.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>What this version writes, and the newest that it reads.</summary>
    public const ushort Version = 1;

    /// <summary>Magic, version, reserved, checksum.</summary>
    public const int HeaderLength = 16;

    /// <summary>Length of the payload (u32) and kind (u8).</summary>
    public const int ChunkHeaderLength = 5;

    /// <summary>The checksum behind the payload.</summary>
    public const int ChecksumLength = 4;

    /// <summary>A payload of several items is closed before it grows beyond this.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>No payload is longer: far above the largest key and value that a request can bring.</summary>
    public const int MaxPayloadBytes = 256 * 1024 * 1024;

    /// <summary>Bytes of the state chunk.</summary>
    public const int StateLength = 32;

    /// <summary>Bytes of the end chunk.</summary>
    public const int EndLength = 32;

    /// <summary>A history slot of a change that no watch sees.</summary>
    public const byte SilentFlag = 1;

    /// <summary>A history slot of a write with refresh=true.</summary>
    public const byte RefreshFlag = 2;

    /// <summary>A history slot with the record before the change.</summary>
    public const byte PreviousFlag = 4;

    /// <summary>The first eight bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "CNKVSNAP"u8;

    /// <summary>CRC-32C (Castagnoli) that continues from <paramref name="crc"/>, 0 at the start.</summary>
    public static uint Crc32C(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        while (data.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        foreach (byte b in data)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>The header with its checksum.</summary>
    public static void WriteHeader(Span<byte> target)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(target[10..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Crc32C(0, target[..12]));
    }
}

/// <summary>Kinds of chunks, in the order in which they come. The numbers are stored: never reuse one.</summary>
internal enum SnapshotChunk : byte
{
    /// <summary>Store index, applied index, term, state hash.</summary>
    State = 1,

    /// <summary>Bytes of whoever writes the snapshot: the configuration of the cluster.</summary>
    Caller = 2,

    /// <summary>User keys, each its length and its record.</summary>
    Keys = 3,

    /// <summary>The store's own keys, likewise.</summary>
    System = 4,

    /// <summary>Slots of the history, oldest first.</summary>
    History = 5,

    /// <summary>Numbers of keys, system keys, slots and chunks.</summary>
    End = 6,
}
