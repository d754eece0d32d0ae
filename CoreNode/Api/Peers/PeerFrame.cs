using System.Buffers.Binary;
using CoreNode.Platform;

namespace CoreNode.Api.Peers;

/// <summary>
/// One frame of a peer connection: length of the payload (u32), type (u8), payload, CRC-32C of all before (u32), all
/// little-endian.
/// </summary>
internal readonly record struct PeerFrame(FrameType Type, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 5;

    /// <summary>Bytes of a frame besides its payload.</summary>
    public const int Overhead = HeaderLength + 4;

    /// <summary>Begins a frame in <paramref name="target"/>, which has its length; returns the payload.</summary>
    public static Span<byte> Begin(Span<byte> target, FrameType type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)(target.Length - Overhead));
        target[4] = (byte)type;
        return target[HeaderLength..^4];
    }

    /// <summary>Puts the checksum behind a frame that is complete but for it.</summary>
    public static void Seal(Span<byte> frame) =>
        BinaryPrimitives.WriteUInt32LittleEndian(frame[^4..], Crc32C.Compute(frame[..^4]));

    /// <summary>A whole frame as an array of its own.</summary>
    public static byte[] Encode(FrameType type, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[Overhead + payload.Length];
        payload.CopyTo(Begin(frame, type));
        Seal(frame);
        return frame;
    }

    /// <summary>Length of the payload that a frame's first bytes announce.</summary>
    public static long PayloadLength(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header);

    /// <summary>
    /// Takes the first frame off <paramref name="frames"/>, which hold whole frames only; false if it is damaged.
    /// </summary>
    public static bool TryTake(ref ReadOnlyMemory<byte> frames, out PeerFrame frame)
    {
        frame = default;
        ReadOnlySpan<byte> bytes = frames.Span;
        int length = Overhead + (int)PayloadLength(bytes);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(length - 4)..]);
        if (Crc32C.Compute(bytes[..(length - 4)]) != checksum)
            return false;
        frame = new PeerFrame((FrameType)bytes[4], frames.Slice(HeaderLength, length - Overhead));
        frames = frames[length..];
        return true;
    }
}
