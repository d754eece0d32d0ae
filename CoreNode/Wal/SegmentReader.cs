using System.Buffers.Binary;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// Reads the frames of one segment in order, from arrays of about a MiB that the entries then share: a segment that is
/// mostly preallocated zeros costs only what its frames hold.
/// </summary>
internal sealed class SegmentReader(IFile file, uint checksumSeed, long limit)
{
    private const int ChunkBytes = 1 << 20;

    private ReadOnlyMemory<byte> _chunk;

    private readonly uint _seed = checksumSeed;
    private uint _chain = checksumSeed;

    /// <summary>Offset of the next frame.</summary>
    public long Offset { get; private set; } = SegmentHeader.Length;

    /// <summary>Checksum of checksums up to there.</summary>
    public uint Chain => _chain;

    /// <summary>
    /// The next frame's body and offset; false where no intact frame stands. Does not tell why.
    /// </summary>
    public bool TryNext(out ReadOnlyMemory<byte> body, out long offset)
    {
        offset = Offset;
        body = default;
        if (!Fill(Frame.PrefixLength))
            return false;
        uint bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(_chunk.Span);
        if (bodyLength == 0 || bodyLength > limit - Offset - Frame.PrefixLength)
            return false;
        if (!Fill(Frame.PrefixLength + (int)bodyLength)
            || !FrameReader.IsIntact(_chunk.Span, _seed, Offset, out int length, out uint checksum))
        {
            return false;
        }

        body = _chunk[Frame.PrefixLength..length];
        _chunk = _chunk[length..];
        Offset += length;
        _chain = Crc32C.Append(_chain, checksum);
        return true;
    }

    private bool Fill(int count)
    {
        if (_chunk.Length >= count)
            return true;
        long available = limit - Offset;
        if (available < count)
            return false;
        byte[] chunk = GC.AllocateUninitializedArray<byte>((int)Math.Min(available, Math.Max(count, ChunkBytes)));
        _chunk.Span.CopyTo(chunk);
        int read = _chunk.Length + file.Read(Offset + _chunk.Length, chunk.AsSpan(_chunk.Length));
        _chunk = chunk.AsMemory(0, read);
        return read >= count;
    }
}
