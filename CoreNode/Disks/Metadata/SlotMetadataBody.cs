using System.Buffers.Binary;
using System.Text;

namespace CoreNode.Disks.Metadata;

/// <summary>
/// The signed part: fields of u16 tag, u32 length and value, tags ascending. A reader passes over tags that it does not
/// know, unless their highest bit says that they must be understood.
/// </summary>
internal static class SlotMetadataBody
{
    private const ushort VersionTag = 1;
    private const ushort CounterTag = 2;
    private const ushort BoardTag = 3;
    private const ushort VerityTag = 4;
    private const ushort KernelTag = 5;
    private const ushort MustBeKnown = 0x8000;
    private const int HashBytes = 32;
    private const int VerityBytes = 24 + HashBytes;
    private const int LongestText = 255;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    public static byte[] Encode(SlotMetadata metadata)
    {
        using MemoryStream bytes = new();
        Write(bytes, VersionTag, Text(metadata.Version));
        byte[] counter = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(counter, metadata.Counter);
        Write(bytes, CounterTag, counter);
        Write(bytes, BoardTag, Text(metadata.Board));
        Write(bytes, VerityTag, EncodeVerity(metadata.Verity));
        if (metadata.Kernels.Count > SlotMetadata.MostKernels)
            throw new ArgumentException($"at most {SlotMetadata.MostKernels} kernels", nameof(metadata));
        foreach (SlotKernel kernel in metadata.Kernels)
            Write(bytes, KernelTag, EncodeKernel(kernel));
        return bytes.ToArray();
    }

    /// <summary>Null with a reason if it is not what a writer would write.</summary>
    public static SlotMetadata? Decode(ReadOnlySpan<byte> body, out string? problem)
    {
        string? version = null;
        string? board = null;
        ulong? counter = null;
        SlotVerity? verity = null;
        List<SlotKernel> kernels = [];
        int before = 0;
        while (body.Length > 0)
        {
            if (!TryTake(ref body, out ushort tag, out ReadOnlySpan<byte> value))
                return Fail("a field is cut off", out problem);
            if (tag < before || (tag == before && tag != KernelTag))
                return Fail($"field {tag} comes after field {before}", out problem);
            before = tag;
            bool isGood = tag switch
            {
                VersionTag => (version = ReadText(value)) is not null,
                CounterTag => (counter = ReadCounter(value)) is not null,
                BoardTag => (board = ReadText(value)) is not null,
                VerityTag => (verity = ReadVerity(value)) is not null,
                KernelTag => TryAddKernel(value, kernels),
                _ => (tag & MustBeKnown) == 0,
            };
            if (!isGood)
                return Fail($"field {tag} has a value that this version cannot read", out problem);
        }

        if (version is null || counter is null || board is null || verity is null)
            return Fail("a field that must be there is missing", out problem);
        problem = null;
        return new SlotMetadata
        {
            Version = version,
            Counter = counter.Value,
            Board = board,
            Verity = verity,
            Kernels = kernels,
        };
    }

    private static SlotMetadata? Fail(string what, out string? problem)
    {
        problem = what;
        return null;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> body, out ushort tag, out ReadOnlySpan<byte> value)
    {
        tag = 0;
        value = default;
        if (body.Length < 6)
            return false;
        tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(body[2..]);
        body = body[6..];
        if (length > (uint)body.Length)
            return false;
        value = body[..(int)length];
        body = body[(int)length..];
        return true;
    }

    private static void Write(MemoryStream bytes, ushort tag, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16LittleEndian(head, tag);
        BinaryPrimitives.WriteInt32LittleEndian(head[2..], value.Length);
        bytes.Write(head);
        bytes.Write(value);
    }

    private static byte[] Text(string text)
    {
        byte[] bytes = s_utf8.GetBytes(text);
        return bytes.Length is > 0 and <= LongestText
            ? bytes
            : throw new ArgumentException($"'{text}' has not 1 to {LongestText} bytes", nameof(text));
    }

    private static string? ReadText(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > LongestText)
            return null;
        try
        {
            return s_utf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static ulong? ReadCounter(ReadOnlySpan<byte> value) =>
        value.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(value) : null;

    private static byte[] EncodeVerity(SlotVerity verity)
    {
        if (verity.RootHash.Length != HashBytes || verity.Salt.Length > byte.MaxValue)
            throw new ArgumentException("a root hash has 32 bytes, a salt up to 255", nameof(verity));
        byte[] bytes = new byte[VerityBytes + verity.Salt.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, verity.DataBlockBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), verity.HashBlockBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), verity.DataBlocks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), verity.HashOffsetBytes);
        verity.RootHash.Span.CopyTo(bytes.AsSpan(24));
        verity.Salt.Span.CopyTo(bytes.AsSpan(VerityBytes));
        return ReadVerity(bytes) is null
            ? throw new ArgumentException("blocks of a size that dm-verity does not have", nameof(verity))
            : bytes;
    }

    private static SlotVerity? ReadVerity(ReadOnlySpan<byte> value)
    {
        if (value.Length is < VerityBytes or > VerityBytes + byte.MaxValue)
            return null;
        SlotVerity verity = new()
        {
            DataBlockBytes = BinaryPrimitives.ReadInt32LittleEndian(value),
            HashBlockBytes = BinaryPrimitives.ReadInt32LittleEndian(value[4..]),
            DataBlocks = BinaryPrimitives.ReadInt64LittleEndian(value[8..]),
            HashOffsetBytes = BinaryPrimitives.ReadInt64LittleEndian(value[16..]),
            RootHash = value.Slice(24, HashBytes).ToArray(),
            Salt = value[VerityBytes..].ToArray(),
        };
        bool isGood = IsBlock(verity.DataBlockBytes) && IsBlock(verity.HashBlockBytes)
            && verity.DataBlocks > 0 && verity.DataBlocks <= long.MaxValue / verity.DataBlockBytes
            && verity.HashOffsetBytes >= 0 && verity.HashOffsetBytes % verity.HashBlockBytes == 0;
        return isGood ? verity : null;
    }

    private static bool IsBlock(int bytes) => bytes is >= 512 and <= 1 << 16 && int.IsPow2(bytes);

    private static byte[] EncodeKernel(SlotKernel kernel)
    {
        byte[] path = Text(kernel.Path);
        if (kernel.Sha256.Length != HashBytes || kernel.LengthBytes < 0)
            throw new ArgumentException("a hash has 32 bytes, and no file a negative length", nameof(kernel));
        byte[] bytes = new byte[8 + HashBytes + path.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, kernel.LengthBytes);
        kernel.Sha256.Span.CopyTo(bytes.AsSpan(8));
        path.CopyTo(bytes, 8 + HashBytes);
        return bytes;
    }

    private static bool TryAddKernel(ReadOnlySpan<byte> value, List<SlotKernel> kernels)
    {
        if (value.Length <= 8 + HashBytes || kernels.Count == SlotMetadata.MostKernels)
            return false;
        long length = BinaryPrimitives.ReadInt64LittleEndian(value);
        if (length < 0 || ReadText(value[(8 + HashBytes)..]) is not { } path)
            return false;
        kernels.Add(new SlotKernel(path, length, value.Slice(8, HashBytes).ToArray()));
        return true;
    }
}
