using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using CoreNode.Raft;

namespace CoreNode.Api.Peers;

/// <summary>Payloads of a snapshot's connection, version 1 (docs/formats.md).</summary>
internal static class SnapshotFrames
{
    /// <summary>Longest first frame; a configuration has at most some members.</summary>
    public const int MaxBeginBytes = 1 << 20;

    /// <summary>The receiver wants none of it.</summary>
    public const ulong NotWanted = ulong.MaxValue;

    /// <summary>The sender's first frame: length of the whole (u64) and Raft's message.</summary>
    public static byte[] Begin(RaftMessage message, long length)
    {
        byte[] payload = new byte[8 + RaftMessageCodec.Length(message)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, length);
        RaftMessageCodec.Write(message, payload.AsSpan(8));
        return PeerFrame.Encode(FrameType.SnapshotBegin, payload);
    }

    /// <summary>Reads <see cref="Begin"/>.</summary>
    public static bool TryReadBegin(PeerFrame frame, out long length, [NotNullWhen(true)] out RaftMessage? message)
    {
        length = 0;
        message = null;
        if (frame.Type != FrameType.SnapshotBegin || frame.Payload.Length < 8)
            return false;
        length = BinaryPrimitives.ReadInt64LittleEndian(frame.Payload.Span);
        return length >= 0 && RaftMessageCodec.TryDecode(frame.Payload[8..], out message)
            && message is { Kind: MessageKind.Snapshot, Snapshot: not null };
    }

    /// <summary>The receiver's answer: where to go on.</summary>
    public static byte[] Offset(ulong offset)
    {
        byte[] payload = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, offset);
        return PeerFrame.Encode(FrameType.SnapshotOffset, payload);
    }

    /// <summary>Reads <see cref="Offset"/>.</summary>
    public static bool TryReadOffset(PeerFrame frame, out ulong offset)
    {
        bool isOffset = frame is { Type: FrameType.SnapshotOffset, Payload.Length: 8 };
        offset = isOffset ? BinaryPrimitives.ReadUInt64LittleEndian(frame.Payload.Span) : 0;
        return isOffset;
    }

    /// <summary>The receiver is busy with what it has.</summary>
    public static byte[] Progress() => PeerFrame.Encode(FrameType.SnapshotProgress, []);

    /// <summary>The receiver's last word: stored and loaded, or not.</summary>
    public static byte[] End(bool isDelivered) =>
        PeerFrame.Encode(FrameType.SnapshotEnd, [isDelivered ? (byte)1 : (byte)0]);

    /// <summary>Reads <see cref="End"/>.</summary>
    public static bool TryReadEnd(PeerFrame frame, out bool isDelivered)
    {
        isDelivered = frame is { Type: FrameType.SnapshotEnd, Payload.Length: 1 } && frame.Payload.Span[0] == 1;
        return frame is { Type: FrameType.SnapshotEnd, Payload.Length: 1 } && frame.Payload.Span[0] <= 1;
    }
}
