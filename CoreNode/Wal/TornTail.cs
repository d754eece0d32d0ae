using System.Buffers.Binary;
using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// Decides what the bytes are that follow the last intact frame of the last segment. Nothing but zeros: the log ends
/// there. Otherwise a write was torn, or something acknowledged is damaged; the durable marks tell which. A frame
/// further on that was written when this place was already on disk proves damage. Frames further on without that proof
/// may belong to one torn write, whose sectors reach the disk in any order.
/// </summary>
internal static class TornTail
{
    /// <summary>Length of the torn tail; 0 if there is none.</summary>
    /// <exception cref="CorruptionException">The place is damaged, not torn.</exception>
    public static long Measure(IFile file, string path, uint seed, long offset, long length)
    {
        long end = Zeros.EndOfData(file, offset, length);
        if (end == offset)
            return 0;
        // To the very end: a frame may itself end in zeros.
        byte[] tail = new byte[(int)(length - offset)];
        Invariant.That(file.Read(offset, tail) == tail.Length, "a segment does not shrink while it is read");
        for (int at = 1; at < end - offset; at++)
        {
            if (IsProofOfDamage(tail.AsMemory(at), seed, offset, offset + at))
            {
                throw new CorruptionException(path, offset,
                    "a frame is damaged or missing, although an intact frame at "
                    + $"offset {offset + at} shows that it was durable", WalLog.WhatToDo);
            }
        }

        Probe.Hit("wal.torn-tail");
        return end - offset;
    }

    // The cheap checks come first: this runs at every offset of the tail.
    private static bool IsProofOfDamage(ReadOnlyMemory<byte> source, uint seed, long torn, long offset)
    {
        ReadOnlySpan<byte> bytes = source.Span;
        if (bytes.Length <= Frame.PrefixLength)
            return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return length >= 2 && length <= bytes.Length - Frame.PrefixLength
            && FrameReader.TryParse(source.Slice(Frame.PrefixLength, (int)length), offset, out Frame frame, null)
            && frame.DurableOffset > torn
            && FrameReader.IsIntact(bytes, seed, offset, out _, out _);
    }
}
