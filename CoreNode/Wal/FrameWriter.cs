using System.Buffers.Binary;
using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// Encodes frames one after the other into one buffer that is reused, so appending allocates nothing.
/// </summary>
internal sealed class FrameWriter
{
    /// <summary>No frame without entries is longer.</summary>
    public const int MaxBareLength = Frame.PrefixLength + 1 + 6 * Leb128.MaxLength64 + sizeof(ulong) + Leb128.MaxLength;

    private const int StartBytes = 64 << 10;
    private const int KeptBytes = 1 << 20;
    private const byte TermChanges = 0x80;

    private byte[] _buffer = new byte[StartBytes];
    private int _length;

    /// <summary>The frames written since <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Their length.</summary>
    public int Length => _length;

    /// <summary>Not less than what the appends take as frames.</summary>
    public static long Bound(IReadOnlyList<WalAppend> appends)
    {
        long bound = 0;
        for (int i = 0; i < appends.Count; i++)
        {
            bound += MaxBareLength;
            IReadOnlyList<WalEntry> entries = appends[i].Entries;
            for (int j = 0; j < entries.Count; j++)
                bound += 1 + Leb128.MaxLength64 + Leb128.MaxLength + entries[j].Payload.Length;
        }

        return bound;
    }

    /// <summary>Empties the buffer and makes room.</summary>
    public void Begin(long bound)
    {
        _length = 0;
        if (_buffer.Length < bound)
            _buffer = new byte[(int)Math.Max(bound, 2L * _buffer.Length)];
    }

    /// <summary>Gives back what a burst has taken.</summary>
    public void Trim()
    {
        if (_buffer.Length > KeptBytes)
            _buffer = new byte[StartBytes];
        _length = 0;
    }

    /// <summary>Adds a frame that will lie at <paramref name="offset"/>; returns its checksum.</summary>
    public uint Add(uint seed, long offset, in Frame frame, IReadOnlyList<WalEntry> entries)
    {
        Span<byte> target = _buffer.AsSpan(_length);
        int at = Frame.PrefixLength;
        target[at++] = (byte)frame.Parts;
        at += Leb128.Write(target[at..], (ulong)(offset - frame.DurableOffset));
        if ((frame.Parts & FrameParts.Vote) != 0)
        {
            at += Leb128.Write(target[at..], frame.Term.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(target[at..], frame.Vote.Value);
            at += sizeof(ulong);
        }

        if ((frame.Parts & FrameParts.Commit) != 0)
            at += Leb128.Write(target[at..], frame.Commit.Value);
        if ((frame.Parts & FrameParts.StartAfter) != 0)
            at += Leb128.Write(target[at..], frame.StartAfter.Value);
        if ((frame.Parts & FrameParts.Entries) != 0)
            at += WriteEntries(target[at..], entries);

        uint length = (uint)(at - Frame.PrefixLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target, length);
        uint checksum = Checksum(seed, offset, length, target[Frame.PrefixLength..at]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[sizeof(uint)..], checksum);
        _length += at;
        return checksum;
    }

    /// <summary>The checksum of a frame: also of its place, so that a frame is valid nowhere else.</summary>
    public static uint Checksum(uint seed, long offset, uint length, ReadOnlySpan<byte> body) =>
        Crc32C.Append(Crc32C.Append(Crc32C.Append(seed, (ulong)offset), length), body);

    private static int WriteEntries(Span<byte> target, IReadOnlyList<WalEntry> entries)
    {
        WalEntry first = entries[0];
        Term term = first.Term;
        int at = Leb128.Write(target, first.Index.Value);
        at += Leb128.Write(target[at..], term.Value);
        at += Leb128.Write(target[at..], entries.Count);
        for (int i = 0; i < entries.Count; i++)
        {
            WalEntry entry = entries[i];
            Invariant.That(entry.Kind < TermChanges, "a log entry's kind is at most 127");
            Invariant.That(entry.Index == first.Index + (ulong)i, "the entries of an append are contiguous");
            bool changes = entry.Term != term;
            target[at++] = changes ? (byte)(entry.Kind | TermChanges) : entry.Kind;
            if (changes)
            {
                term = entry.Term;
                at += Leb128.Write(target[at..], term.Value);
            }

            at += Leb128.Write(target[at..], entry.Payload.Length);
            entry.Payload.Span.CopyTo(target[at..]);
            at += entry.Payload.Length;
        }

        return at;
    }
}
