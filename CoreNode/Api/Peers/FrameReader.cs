using System.Buffers.Binary;

namespace CoreNode.Api.Peers;

/// <summary>
/// Cuts the bytes of one connection into frames. Bytes are received into <see cref="Free"/> and told by
/// <see cref="Advance"/>, which gives all frames that are complete. Those with content that is kept (log entries,
/// commands) are copied once, all that came together into one array; small ones are parsed where they are. A frame
/// that is longer than the buffer is received into an array of its own and not copied at all. One owner.
/// </summary>
internal sealed class FrameReader(int maxPayloadBytes, int bufferBytes = FrameReader.BufferBytes)
{
    /// <summary>Of connections that are seldom still; below the size that the collector treats as large.</summary>
    public const int BufferBytes = 64 << 10;

    /// <summary>Of requests between nodes: thousands of machines keep some open and seldom say a word.</summary>
    public const int RequestBufferBytes = 2 << 10;

    // A message of Raft without entries and snapshot takes 68 bytes: one that is no longer holds nothing that is kept.
    // Forwarded commands are kept however short they are.
    private const int LongestUnkept = 68;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(bufferBytes);
    private int _start;
    private int _end;
    private byte[]? _large;
    private int _largeEnd;

    /// <summary>The size for a kind of connection.</summary>
    public static int BufferBytesOf(ConnectionKind kind) =>
        kind == ConnectionKind.Request ? RequestBufferBytes : BufferBytes;

    /// <summary>Longest payload that is taken; asked before memory is reserved for it.</summary>
    public int MaxPayloadBytes { get; set; } = maxPayloadBytes;

    /// <summary>True if bytes of an incomplete frame are there.</summary>
    public bool IsInsideFrame => _large is not null || _end > _start;

    /// <summary>Where the next bytes go. What <see cref="Advance"/> gave is not valid any more.</summary>
    public Memory<byte> Free()
    {
        if (_large is not null)
            return _large.AsMemory(_largeEnd);
        if (_start == _end)
        {
            _start = 0;
            _end = 0;
        }
        else if (_buffer.Length - _start < WholeLength() || _buffer.Length - _end < _buffer.Length / 4)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>
    /// So many bytes have come; gives the frames that are complete now, for <see cref="PeerFrame.TryTake"/>, until the
    /// next call of <see cref="Free"/>; what is in an array of its own longer.
    /// </summary>
    /// <exception cref="PeerProtocolException">A frame is too long.</exception>
    public ReadOnlyMemory<byte> Advance(int count)
    {
        if (_large is not null)
        {
            _largeEnd += count;
            if (_largeEnd < _large.Length)
                return default;
            ReadOnlyMemory<byte> whole = _large;
            _large = null;
            return whole;
        }

        _end += count;
        bool isKept = false;
        int at = _start;
        while (_end - at >= PeerFrame.HeaderLength)
        {
            int payload = CheckedPayload(_buffer.AsSpan(at));
            if (_end - at < payload + PeerFrame.Overhead)
                break;
            isKept |= payload > LongestUnkept || _buffer[at + sizeof(uint)] == (byte)FrameType.ForwardedCommands;
            at += payload + PeerFrame.Overhead;
        }

        ReadOnlyMemory<byte> frames = _buffer.AsMemory(_start, at - _start);
        _start = at;
        if (isKept)
            frames = frames.ToArray();
        if (_end - _start >= PeerFrame.HeaderLength && WholeLength() > _buffer.Length)
            BeginLarge();
        return frames;
    }

    private void BeginLarge()
    {
        _large = GC.AllocateUninitializedArray<byte>(WholeLength());
        _largeEnd = _end - _start;
        _buffer.AsSpan(_start, _largeEnd).CopyTo(_large);
        _start = 0;
        _end = 0;
    }

    // Length of the frame that has begun; of the shortest one while its length is not there yet.
    private int WholeLength() => _end - _start < PeerFrame.HeaderLength
        ? PeerFrame.Overhead
        : PeerFrame.Overhead + CheckedPayload(_buffer.AsSpan(_start));

    private int CheckedPayload(ReadOnlySpan<byte> header)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        return length <= (uint)MaxPayloadBytes
            ? (int)length
            : throw new PeerProtocolException(
                ProtocolFault.TooLong, $"a frame of {length} bytes, at most {MaxPayloadBytes} are allowed");
    }
}
