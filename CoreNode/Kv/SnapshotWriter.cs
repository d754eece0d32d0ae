using System.Buffers;
using System.Buffers.Binary;
using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// Turns a captured state into bytes, a chunk at a time, so that whoever writes the file decides on pace and place.
/// The bytes follow from the state alone. One thread at a time; any thread.
/// </summary>
public sealed class SnapshotWriter
{
    private readonly KeySnapshot _snapshot;
    private readonly ReadOnlyMemory<byte> _callerState;
    private TreeCursor _cursor;
    private KeyRecord _pending;
    private SnapshotChunk _kind;
    private bool _isStarted;
    private uint _crc;
    private int _historyAt;
    private ulong _keys;
    private ulong _systemKeys;
    private ulong _chunks;

    /// <summary>Begins to write a snapshot.</summary>
    /// <param name="snapshot">The state; frozen.</param>
    /// <param name="callerState">Bytes to keep with it, given back by the reader as they are.</param>
    public SnapshotWriter(KeySnapshot snapshot, ReadOnlyMemory<byte> callerState)
    {
        _snapshot = snapshot;
        _callerState = callerState;
        _cursor = new TreeCursor(snapshot.Frozen.Keys, []);
        _kind = SnapshotChunk.State;
    }

    /// <summary>True once the end mark is written.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>
    /// Writes the next chunk, about 64 KiB (more if one record is larger); false, without writing anything, once all
    /// is written.
    /// </summary>
    public bool WriteChunk(IBufferWriter<byte> output)
    {
        if (IsComplete)
            return false;
        if (!_isStarted)
        {
            SnapshotFormat.WriteHeader(output.GetSpan(SnapshotFormat.HeaderLength));
            output.Advance(SnapshotFormat.HeaderLength);
            _isStarted = true;
        }

        while (!TryWrite(output))
            _kind++;
        return true;
    }

    // False if the present kind has nothing more.
    private bool TryWrite(IBufferWriter<byte> output) => _kind switch
    {
        SnapshotChunk.State => WriteState(output),
        SnapshotChunk.Caller => WriteCallerState(output),
        SnapshotChunk.Keys => WriteRecords(output, ref _keys),
        SnapshotChunk.System => WriteRecords(output, ref _systemKeys),
        SnapshotChunk.History => WriteHistory(output),
        SnapshotChunk.End => WriteEnd(output),
        _ => throw new InvariantException($"no chunk of kind {_kind}"),
    };

    private bool WriteState(IBufferWriter<byte> output)
    {
        if (_chunks > 0)
            return false;
        Span<byte> payload = Begin(output, SnapshotFormat.StateLength, out Span<byte> chunk);
        BinaryPrimitives.WriteUInt64LittleEndian(payload, _snapshot.Keyspace.Index.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], _snapshot.AppliedIndex.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[16..], _snapshot.AppliedTerm.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[24..], _snapshot.StateHash);
        End(output, chunk, SnapshotFormat.StateLength);
        return true;
    }

    private bool WriteCallerState(IBufferWriter<byte> output)
    {
        if (_chunks > 1)
        {
            _pending = Next();
            return false;
        }

        Invariant.That(_callerState.Length <= SnapshotFormat.MaxPayloadBytes, "the caller's state fits a chunk");
        _callerState.Span.CopyTo(Begin(output, _callerState.Length, out Span<byte> chunk));
        End(output, chunk, _callerState.Length);
        return true;
    }

    private bool WriteRecords(IBufferWriter<byte> output, ref ulong count)
    {
        if (_pending.IsNone)
        {
            if (_kind == SnapshotChunk.Keys)
            {
                _cursor = new TreeCursor(_snapshot.Frozen.System, []);
                _pending = Next();
            }

            return false;
        }

        int room = Math.Max(SnapshotFormat.ChunkBytes, ItemLength(_pending));
        Span<byte> payload = Begin(output, room, out Span<byte> chunk);
        int at = 0;
        while (!_pending.IsNone && ItemLength(_pending) <= room - at)
        {
            at = Put(payload, at, _pending);
            count++;
            _pending = Next();
        }

        End(output, chunk, at);
        return true;
    }

    private bool WriteHistory(IBufferWriter<byte> output)
    {
        IReadOnlyList<KeyEvent?> history = _snapshot.History;
        if (_historyAt == history.Count)
            return false;
        int room = Math.Max(SnapshotFormat.ChunkBytes, SlotLength(history[_historyAt]));
        Span<byte> payload = Begin(output, room, out Span<byte> chunk);
        int at = 0;
        while (_historyAt < history.Count && SlotLength(history[_historyAt]) <= room - at)
            at = PutSlot(payload, at, history[_historyAt++]);
        End(output, chunk, at);
        return true;
    }

    private bool WriteEnd(IBufferWriter<byte> output)
    {
        Span<byte> payload = Begin(output, SnapshotFormat.EndLength, out Span<byte> chunk);
        BinaryPrimitives.WriteUInt64LittleEndian(payload, _keys);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], _systemKeys);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[16..], (ulong)_snapshot.History.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[24..], _chunks + 1);
        End(output, chunk, SnapshotFormat.EndLength);
        IsComplete = true;
        return true;
    }

    private static int ItemLength(KeyRecord record) => Leb128.Length(record.Bytes.Length) + record.Bytes.Length;

    private static int SlotLength(KeyEvent? change) => change is null
        ? 1
        : 2 + ItemLength(change.Node) + (change.Previous.IsNone ? 0 : ItemLength(change.Previous));

    private static int Put(Span<byte> payload, int at, KeyRecord record)
    {
        ReadOnlySpan<byte> bytes = record.Bytes;
        at += Leb128.Write(payload[at..], bytes.Length);
        bytes.CopyTo(payload[at..]);
        return at + bytes.Length;
    }

    private static int PutSlot(Span<byte> payload, int at, KeyEvent? change)
    {
        if (change is null)
        {
            payload[at++] = SnapshotFormat.SilentFlag;
            return at;
        }

        payload[at++] = (byte)((change.IsRefresh ? SnapshotFormat.RefreshFlag : 0)
            | (change.Previous.IsNone ? 0 : SnapshotFormat.PreviousFlag));
        payload[at++] = (byte)change.Action;
        at = Put(payload, at, change.Node);
        return change.Previous.IsNone ? at : Put(payload, at, change.Previous);
    }

    private KeyRecord Next() => _cursor.MoveNext() ? _cursor.Current : default;

    private static Span<byte> Begin(IBufferWriter<byte> output, int room, out Span<byte> chunk)
    {
        chunk = output.GetSpan(SnapshotFormat.ChunkHeaderLength + room + SnapshotFormat.ChecksumLength);
        return chunk.Slice(SnapshotFormat.ChunkHeaderLength, room);
    }

    private void End(IBufferWriter<byte> output, Span<byte> chunk, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, (uint)length);
        chunk[4] = (byte)_kind;
        int end = SnapshotFormat.ChunkHeaderLength + length;
        _crc = SnapshotFormat.Crc32C(_crc, chunk[..end]);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[end..], _crc);
        output.Advance(end + SnapshotFormat.ChecksumLength);
        _chunks++;
    }
}
