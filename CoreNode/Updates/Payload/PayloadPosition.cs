using System.Buffers.Binary;

namespace CoreNode.Updates.Payload;

/// <summary>
/// Where to go on after a restart: kept by whoever applies a payload after each operation whose blocks are durable.
/// </summary>
public sealed class PayloadPosition
{
    private const int Version = 1;
    private const int FixedBytes = 4 + 4 + 8 + PayloadLimits.HashBytes + RunningSha256.StateBytes + 1;

    /// <summary>The operation to go on with, counted over all partitions.</summary>
    public required int NextOperation { get; init; }

    /// <summary>Where its data begins, counted from the first byte behind the metadata.</summary>
    public required ulong DataOffset { get; init; }

    /// <summary>SHA-256 of the metadata: a position belongs to one payload.</summary>
    public required byte[] MetadataSha256 { get; init; }

    /// <summary>State of the hash that the payload's signature is about.</summary>
    public required byte[] SignedState { get; init; }

    /// <summary>State of the whole file's hash; empty where none is announced.</summary>
    public byte[] FileState { get; init; } = [];

    /// <summary>
    /// As bytes: u32 version 1, u32 next operation, u64 data offset (little-endian), 32 bytes metadata hash, the
    /// signed state, one byte 0 or 1, the file's state if 1. Whoever keeps it adds a checksum.
    /// </summary>
    public byte[] Write()
    {
        byte[] bytes = new byte[FixedBytes + FileState.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), NextOperation);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), DataOffset);
        MetadataSha256.CopyTo(bytes.AsSpan(16));
        SignedState.CopyTo(bytes.AsSpan(16 + PayloadLimits.HashBytes));
        bytes[FixedBytes - 1] = FileState.Length == 0 ? (byte)0 : (byte)1;
        FileState.CopyTo(bytes.AsSpan(FixedBytes));
        return bytes;
    }

    /// <summary>Null for bytes that are none, or of a later version.</summary>
    public static PayloadPosition? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Version)
            return null;
        int fileBytes = bytes[FixedBytes - 1] == 0 ? 0 : RunningSha256.StateBytes;
        int next = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (bytes.Length != FixedBytes + fileBytes || bytes[FixedBytes - 1] > 1 || next < 0)
            return null;
        return new PayloadPosition
        {
            NextOperation = next,
            DataOffset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            MetadataSha256 = bytes.Slice(16, PayloadLimits.HashBytes).ToArray(),
            SignedState = bytes.Slice(16 + PayloadLimits.HashBytes, RunningSha256.StateBytes).ToArray(),
            FileState = bytes[FixedBytes..].ToArray(),
        };
    }
}
