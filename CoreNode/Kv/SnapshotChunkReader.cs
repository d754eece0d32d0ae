using System.Buffers.Binary;

namespace CoreNode.Kv;

/// <summary>
/// Cuts the pieces that a snapshot arrives in into checked chunks. A payload is valid until the next call.
/// </summary>
internal sealed class SnapshotChunkReader
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _position;
    private uint _crc;
    private bool _isHeaderRead;
    private SnapshotChunk _kind = SnapshotChunk.State;

    /// <summary>
    /// Where the chunk begins that was read last, or that is damaged, in bytes from the start of the snapshot.
    /// </summary>
    public long Offset { get; private set; }

    /// <summary>Chunks read so far.</summary>
    public ulong Count { get; private set; }

    /// <summary>True if there are bytes that are no whole chunk (yet).</summary>
    public bool HasRest => _end > _start;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int rest = _end - _start;
        if (rest + bytes.Length > _buffer.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(rest + bytes.Length, 2 * rest));
            _buffer.AsSpan(_start, rest).CopyTo(larger);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, rest).CopyTo(_buffer);
        }

        bytes.CopyTo(_buffer.AsSpan(rest));
        _start = 0;
        _end = rest + bytes.Length;
    }

    /// <summary>Takes the next chunk out, if it is there as a whole.</summary>
    public bool TryRead(out SnapshotChunk kind, out ReadOnlySpan<byte> payload)
    {
        kind = default;
        payload = default;
        Offset = _position;
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
        if (!_isHeaderRead && !TryReadHeader(ref rest))
            return false;
        if (rest.Length < SnapshotFormat.ChunkHeaderLength)
            return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (length > SnapshotFormat.MaxPayloadBytes)
            throw Damaged($"a chunk of {length} bytes is too long");
        int end = SnapshotFormat.ChunkHeaderLength + (int)length;
        if (rest.Length < end + SnapshotFormat.ChecksumLength)
            return false;
        uint crc = SnapshotFormat.Crc32C(_crc, rest[..end]);
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(rest[end..]))
            throw Damaged("the checksum of a chunk is wrong");
        kind = (SnapshotChunk)rest[4];
        CheckOrder(kind);
        _crc = crc;
        payload = rest[SnapshotFormat.ChunkHeaderLength..end];
        Skip(end + SnapshotFormat.ChecksumLength);
        Count++;
        return true;
    }

    private bool TryReadHeader(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < SnapshotFormat.HeaderLength)
            return false;
        if (!rest.StartsWith(SnapshotFormat.Magic))
            throw Damaged("this is no snapshot");
        if (BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]) != SnapshotFormat.Crc32C(0, rest[..12]))
            throw Damaged("the checksum of the header is wrong");
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]);
        if (version != SnapshotFormat.Version)
        {
            throw Damaged(
                $"the snapshot has format version {version}, this program reads version {SnapshotFormat.Version}");
        }

        rest = rest[SnapshotFormat.HeaderLength..];
        Skip(SnapshotFormat.HeaderLength);
        Offset = _position;
        _isHeaderRead = true;
        return true;
    }

    // State, then the caller's bytes, each exactly once; the others any number of times.
    private void CheckOrder(SnapshotChunk kind)
    {
        bool isRight = Count switch
        {
            0 => kind == SnapshotChunk.State,
            1 => kind == SnapshotChunk.Caller,
            _ => kind > SnapshotChunk.Caller && kind >= _kind,
        };
        if (!isRight)
            throw Damaged($"a chunk of kind {(byte)kind} is out of order");
        _kind = kind;
    }

    private void Skip(int length)
    {
        _start += length;
        _position += length;
    }

    private SnapshotFormatException Damaged(string what) => new(what, Offset);
}
