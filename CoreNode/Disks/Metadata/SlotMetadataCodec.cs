using System.Buffers.Binary;
using CoreNode.Platform;

namespace CoreNode.Disks.Metadata;

/// <summary>Slot metadata as bytes, both ways; docs/formats.md has every one of them.</summary>
public static class SlotMetadataCodec
{
    /// <summary>Bytes at the end of a slot that belong to its metadata.</summary>
    public const int AreaBytes = 1 << 20;

    /// <summary>The version of the format that is written.</summary>
    public const uint FormatVersion = 1;

    /// <summary>Where the body begins.</summary>
    internal const int HeaderBytes = 64;

    private const int LongestPartBytes = 64 << 10;
    private const int ChecksumAt = 12;
    private const int MostSignatures = 8;

    private static ReadOnlySpan<byte> Magic => "CNSLOT\n\u001a"u8;

    /// <summary>The bytes that are written to the start of the area.</summary>
    /// <exception cref="ArgumentException">A value that the format cannot hold.</exception>
    public static byte[] Encode(SlotMetadata metadata, SlotSigner sign)
    {
        byte[] body = SlotMetadataBody.Encode(metadata);
        byte[] signatures = EncodeSignatures(sign(Message(body)));
        if (body.Length > LongestPartBytes || signatures.Length > LongestPartBytes)
            throw new ArgumentException("slot metadata of this size cannot be written", nameof(metadata));
        byte[] whole = new byte[HeaderBytes + body.Length + signatures.Length];
        Magic.CopyTo(whole);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(16), body.Length);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(20), signatures.Length);
        body.CopyTo(whole, HeaderBytes);
        signatures.CopyTo(whole, HeaderBytes + body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(ChecksumAt), Checksum(whole));
        return whole;
    }

    /// <summary>
    /// Reads the area's start; never more than its header says, and that is limited. Without
    /// <paramref name="verify"/> nothing is trusted.
    /// </summary>
    public static SlotMetadataReading Read(ReadOnlySpan<byte> area, SlotVerifier? verify)
    {
        if (area.Length < HeaderBytes || !area.StartsWith(Magic))
        {
            return area.ContainsAnyExcept((byte)0) && area.StartsWith(Magic[..6])
                ? new SlotMetadataReading.Damaged("its magic number is damaged")
                : new SlotMetadataReading.Absent();
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(area[8..]);
        uint bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(area[16..]);
        uint signaturesLength = BinaryPrimitives.ReadUInt32LittleEndian(area[20..]);
        if (bodyLength > LongestPartBytes || signaturesLength > LongestPartBytes
            || HeaderBytes + bodyLength + signaturesLength > (uint)area.Length)
        {
            return new SlotMetadataReading.Damaged("its lengths are impossible");
        }

        ReadOnlySpan<byte> whole = area[..(int)(HeaderBytes + bodyLength + signaturesLength)];
        if (Checksum(whole) != BinaryPrimitives.ReadUInt32LittleEndian(area[ChecksumAt..]))
            return new SlotMetadataReading.Damaged("its checksum does not fit");
        if (version != FormatVersion)
            return new SlotMetadataReading.TooNew(version);

        ReadOnlySpan<byte> body = whole.Slice(HeaderBytes, (int)bodyLength);
        if (ReadSignatures(whole[(HeaderBytes + (int)bodyLength)..]) is not { } signatures)
            return new SlotMetadataReading.Damaged("its signatures are no list");
        // The signature is looked at before anything inside is believed.
        string? distrust = verify is null ? "nobody checked its signature" : verify(Message(body), signatures);
        if (SlotMetadataBody.Decode(body, out string? problem) is not { } metadata)
            return new SlotMetadataReading.Damaged(problem!);
        return distrust is null
            ? new SlotMetadataReading.Trusted(metadata)
            : new SlotMetadataReading.Untrusted(metadata, distrust);
    }

    // Magic number and version go in, so that what was signed for another purpose or format can never stand here.
    private static byte[] Message(ReadOnlySpan<byte> body)
    {
        byte[] message = new byte[16 + body.Length];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), body.Length);
        body.CopyTo(message.AsSpan(16));
        return message;
    }

    private static uint Checksum(ReadOnlySpan<byte> whole) =>
        Crc32C.Append(Crc32C.Compute(whole[..ChecksumAt]), whole[(ChecksumAt + 4)..]);

    private static byte[] EncodeSignatures(IReadOnlyList<SlotSignature> signatures)
    {
        if (signatures.Count > MostSignatures)
            throw new ArgumentException($"at most {MostSignatures} signatures", nameof(signatures));
        using MemoryStream bytes = new();
        Span<byte> number = stackalloc byte[2];
        foreach (SlotSignature one in signatures)
        {
            if (one.KeyId.Length > byte.MaxValue || one.Value.Length > ushort.MaxValue)
                throw new ArgumentException("a signature that is too long", nameof(signatures));
            bytes.WriteByte((byte)one.KeyId.Length);
            bytes.Write(one.KeyId.Span);
            BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)one.Value.Length);
            bytes.Write(number);
            bytes.Write(one.Value.Span);
        }

        return bytes.ToArray();
    }

    private static List<SlotSignature>? ReadSignatures(ReadOnlySpan<byte> bytes)
    {
        List<SlotSignature> all = [];
        while (bytes.Length > 0)
        {
            int keyLength = bytes[0];
            if (all.Count == MostSignatures || bytes.Length < 1 + keyLength + 2)
                return null;
            byte[] key = bytes.Slice(1, keyLength).ToArray();
            bytes = bytes[(1 + keyLength)..];
            int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            if (bytes.Length < 2 + length)
                return null;
            all.Add(new SlotSignature(key, bytes.Slice(2, length).ToArray()));
            bytes = bytes[(2 + length)..];
        }

        return all;
    }
}
