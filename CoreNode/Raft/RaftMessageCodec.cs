using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// A message as bytes, version 1, integers little-endian: version, kind and flag byte; from, to, term, log index, log
/// term, commit, reject hint and context as u64; if flagged, the snapshot's index and term as u64 and its
/// configuration with length; the number of entries, and for each its term as u64, kind byte, length and data. Entries
/// follow the log index one by one, so they carry none. Lengths and numbers are LEB128. Framing and checksums are the
/// transport's.
/// </summary>
public static class RaftMessageCodec
{
    private const byte Version = 1;
    private const byte RejectFlag = 1;
    private const byte TransferFlag = 2;
    private const byte SnapshotFlag = 4;
    private const byte AllFlags = RejectFlag | TransferFlag | SnapshotFlag;
    private const int HeaderLength = 3 + 8 * 8;

    // The least that an entry takes; keeps a damaged number from reserving memory.
    private const int MinEntryLength = 10;

    /// <summary>Bytes that the message takes.</summary>
    public static int Length(RaftMessage message)
    {
        int length = HeaderLength + Leb128.Length(message.Entries.Length);
        if (message.Snapshot is { } snapshot)
        {
            int configuration = snapshot.Configuration.Encode().Length;
            length += 16 + Leb128.Length(configuration) + configuration;
        }

        foreach (ref readonly RaftEntry entry in message.Entries.Span)
            length += 9 + Leb128.Length(entry.Data.Length) + entry.Data.Length;
        return length;
    }

    /// <summary>Writes a message into at least <see cref="Length"/> bytes; returns the bytes used.</summary>
    public static int Write(RaftMessage message, Span<byte> target)
    {
        target[0] = Version;
        target[1] = (byte)message.Kind;
        target[2] = (byte)((message.Reject ? RejectFlag : 0) | (message.IsTransfer ? TransferFlag : 0)
            | (message.Snapshot is null ? 0 : SnapshotFlag));
        int at = 3;
        Put(target, ref at, message.From.Value);
        Put(target, ref at, message.To.Value);
        Put(target, ref at, message.Term.Value);
        Put(target, ref at, message.LogIndex.Value);
        Put(target, ref at, message.LogTerm.Value);
        Put(target, ref at, message.Commit.Value);
        Put(target, ref at, message.RejectHint.Value);
        Put(target, ref at, message.Context);
        if (message.Snapshot is { } snapshot)
        {
            Put(target, ref at, snapshot.Index.Value);
            Put(target, ref at, snapshot.Term.Value);
            Put(target, ref at, snapshot.Configuration.Encode());
        }

        at += Leb128.Write(target[at..], message.Entries.Length);
        foreach (ref readonly RaftEntry entry in message.Entries.Span)
        {
            Put(target, ref at, entry.Term.Value);
            target[at++] = (byte)entry.Kind;
            Put(target, ref at, entry.Data.Span);
        }

        return at;
    }

    /// <summary>The message as an array of its own.</summary>
    public static byte[] Encode(RaftMessage message)
    {
        byte[] data = new byte[Length(message)];
        Write(message, data);
        return data;
    }

    /// <summary>
    /// Reads exactly one message; false if the bytes are cut off, damaged or of another version. The entries' data
    /// points into <paramref name="data"/>, which must not change any more.
    /// </summary>
    public static bool TryDecode(ReadOnlyMemory<byte> data, [NotNullWhen(true)] out RaftMessage? message)
    {
        message = null;
        ReadOnlySpan<byte> bytes = data.Span;
        if (bytes.Length < HeaderLength || bytes[0] != Version || (bytes[2] & ~AllFlags) != 0
            || !Enum.IsDefined((MessageKind)bytes[1]))
            return false;
        int at = HeaderLength;
        SnapshotMetadata? snapshot = null;
        if ((bytes[2] & SnapshotFlag) != 0 && !TryTakeSnapshot(bytes, ref at, out snapshot))
            return false;
        ulong logIndex = U64(bytes, 27);
        if (!TryTakeEntries(data, ref at, logIndex, out RaftEntry[]? entries) || at != bytes.Length)
            return false;
        message = new RaftMessage
        {
            Kind = (MessageKind)bytes[1],
            Reject = (bytes[2] & RejectFlag) != 0,
            IsTransfer = (bytes[2] & TransferFlag) != 0,
            From = new NodeId(U64(bytes, 3)),
            To = new NodeId(U64(bytes, 11)),
            Term = new Term(U64(bytes, 19)),
            LogIndex = new LogIndex(logIndex),
            LogTerm = new Term(U64(bytes, 35)),
            Commit = new LogIndex(U64(bytes, 43)),
            RejectHint = new LogIndex(U64(bytes, 51)),
            Context = U64(bytes, 59),
            Snapshot = snapshot,
            Entries = entries,
        };
        return true;
    }

    private static bool TryTakeSnapshot(ReadOnlySpan<byte> bytes, ref int at, out SnapshotMetadata? snapshot)
    {
        snapshot = null;
        if (bytes.Length - at < 16)
            return false;
        LogIndex index = new(U64(bytes, at));
        Term term = new(U64(bytes, at + 8));
        at += 16;
        if (!TryTakeLength(bytes, ref at, out int length)
            || !ConfigurationCodec.TryDecode(bytes.Slice(at, length), out Configuration? configuration, out _))
            return false;
        at += length;
        snapshot = new SnapshotMetadata(index, term, configuration);
        return true;
    }

    private static bool TryTakeEntries(
        ReadOnlyMemory<byte> data, ref int at, ulong logIndex, [NotNullWhen(true)] out RaftEntry[]? entries)
    {
        entries = null;
        ReadOnlySpan<byte> bytes = data.Span;
        if (!Leb128.TryRead(bytes[at..], out int count, out int used))
            return false;
        at += used;
        if (count > (bytes.Length - at) / MinEntryLength || logIndex > ulong.MaxValue - (ulong)count)
            return false;
        RaftEntry[] taken = new RaftEntry[count];
        for (int i = 0; i < count; i++)
        {
            if (bytes.Length - at < MinEntryLength)
                return false;
            Term term = new(U64(bytes, at));
            EntryKind kind = (EntryKind)bytes[at + 8];
            at += 9;
            if (!TryTakeLength(bytes, ref at, out int length))
                return false;
            taken[i] = new RaftEntry(new LogIndex(logIndex + (ulong)i + 1), term, kind, data.Slice(at, length));
            at += length;
        }

        entries = taken;
        return true;
    }

    private static bool TryTakeLength(ReadOnlySpan<byte> bytes, ref int at, out int length)
    {
        if (!Leb128.TryRead(bytes[at..], out length, out int used) || length > bytes.Length - at - used)
            return false;
        at += used;
        return true;
    }

    private static void Put(Span<byte> target, ref int at, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target[at..], value);
        at += 8;
    }

    private static void Put(Span<byte> target, ref int at, ReadOnlySpan<byte> bytes)
    {
        at += Leb128.Write(target[at..], bytes.Length);
        bytes.CopyTo(target[at..]);
        at += bytes.Length;
    }

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
