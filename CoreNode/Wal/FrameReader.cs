using System.Buffers.Binary;
using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>Decodes frames. Nothing here trusts a byte: a body must be consumed to its last one.</summary>
internal static class FrameReader
{
    private const byte TermChanges = 0x80;

    /// <summary>
    /// True if a whole frame with the right checksum for this offset stands at the start of
    /// <paramref name="source"/>; <paramref name="length"/> is then its whole length.
    /// </summary>
    public static bool IsIntact(ReadOnlySpan<byte> source, uint seed, long offset, out int length, out uint checksum)
    {
        length = 0;
        checksum = 0;
        if (source.Length < Frame.PrefixLength)
            return false;
        uint bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(source);
        if (bodyLength == 0 || bodyLength > source.Length - Frame.PrefixLength)
            return false;
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(source[sizeof(uint)..]);
        length = Frame.PrefixLength + (int)bodyLength;
        return checksum == FrameWriter.Checksum(seed, offset, bodyLength, source[Frame.PrefixLength..length]);
    }

    /// <summary>
    /// Reads a body; false if it is not one. Entries go to <paramref name="entries"/>, as slices, if it is given.
    /// </summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, long offset, out Frame frame, List<WalEntry>? entries)
    {
        frame = default;
        ReadOnlySpan<byte> source = body.Span;
        if (source.Length < 2 || (source[0] & ~(byte)FrameParts.All) != 0)
            return false;
        frame.Parts = (FrameParts)source[0];
        int at = 1;
        if (!Take(source, ref at, out ulong distance) || distance > (ulong)(offset - SegmentHeader.Length))
            return false;
        frame.DurableOffset = offset - (long)distance;
        if ((frame.Parts & FrameParts.Vote) != 0 && !TakeVote(source, ref at, ref frame))
            return false;
        ulong commit = 0;
        ulong startAfter = 0;
        if ((frame.Parts & FrameParts.Commit) != 0 && !Take(source, ref at, out commit))
            return false;
        if ((frame.Parts & FrameParts.StartAfter) != 0 && !Take(source, ref at, out startAfter))
            return false;
        frame.Commit = new LogIndex(commit);
        frame.StartAfter = new LogIndex(startAfter);
        if ((frame.Parts & FrameParts.Entries) != 0 && !TakeEntries(body, ref at, ref frame, entries))
            return false;
        return at == source.Length;
    }

    private static bool TakeVote(ReadOnlySpan<byte> source, ref int at, ref Frame frame)
    {
        if (!Take(source, ref at, out ulong term) || source.Length - at < sizeof(ulong))
            return false;
        frame.Term = new Term(term);
        frame.Vote = new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(source[at..]));
        at += sizeof(ulong);
        return true;
    }

    private static bool TakeEntries(
        ReadOnlyMemory<byte> body, ref int at, ref Frame frame, List<WalEntry>? entries)
    {
        ReadOnlySpan<byte> source = body.Span;
        if (!Take(source, ref at, out ulong index) || !Take(source, ref at, out ulong term)
            || !Leb128.TryRead(source[at..], out int count, out int used))
        {
            return false;
        }

        at += used;
        if (count == 0 || index == 0 || index > ulong.MaxValue - (ulong)count)
            return false;
        frame.FirstIndex = new LogIndex(index);
        frame.Count = count;
        for (int i = 0; i < count; i++)
        {
            if (at >= source.Length)
                return false;
            byte kind = source[at++];
            if ((kind & TermChanges) != 0 && !Take(source, ref at, out term))
                return false;
            if (!Leb128.TryRead(source[at..], out int length, out used) || length > source.Length - at - used)
                return false;
            at += used;
            entries?.Add(new WalEntry(
                frame.FirstIndex + (ulong)i, new Term(term), (byte)(kind & ~TermChanges), body.Slice(at, length)));
            at += length;
        }

        return true;
    }

    private static bool Take(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        if (!Leb128.TryRead(source[at..], out value, out int used))
            return false;
        at += used;
        return true;
    }
}
