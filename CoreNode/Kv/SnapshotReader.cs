using System.Buffers.Binary;
using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// Takes the bytes of a snapshot in pieces of any size, checks them and builds the state. After the last piece
/// <see cref="Complete"/> makes sure that nothing is missing; then <see cref="KeyStateMachine.Restore"/> takes over.
/// One thread.
/// </summary>
public sealed class SnapshotReader
{
    private readonly SnapshotChunkReader _chunks = new();
    private readonly TreeBuilder _keys = new();
    private readonly TreeBuilder _system = new();
    private readonly List<HistorySlot> _history = [];
    private byte[] _callerState = [];
    private StoreIndex _index;
    private LogIndex _appliedIndex;
    private Term _appliedTerm;
    private ulong _stateHash;
    private ulong _keyCount;
    private ulong _systemCount;
    private bool _isEnded;
    private bool _isComplete;

    /// <summary>The bytes that the writer kept with the state.</summary>
    public ReadOnlyMemory<byte> CallerState => _callerState;

    /// <summary>The last log entry that is in the snapshot.</summary>
    public LogIndex AppliedIndex => _appliedIndex;

    /// <summary>The term of that entry.</summary>
    public Term AppliedTerm => _appliedTerm;

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="SnapshotFormatException">They are damaged or of a newer version.</exception>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        _chunks.Append(bytes);
        while (_chunks.TryRead(out SnapshotChunk kind, out ReadOnlySpan<byte> payload))
        {
            if (_isEnded)
                throw Damaged("there is more after the end mark");
            Take(kind, payload);
        }
    }

    /// <summary>Says that there are no more bytes.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot is cut off.</exception>
    public void Complete()
    {
        if (!_isEnded || _chunks.HasRest)
            throw new SnapshotFormatException("the snapshot is cut off or goes on after its end", _chunks.Offset);
        _isComplete = true;
    }

    internal SnapshotContent TakeContent()
    {
        Invariant.That(_isComplete, "only a snapshot that was read completely is restored");
        _isComplete = false;
        return new SnapshotContent(
            _index, _appliedIndex, _appliedTerm, _stateHash, _keys.Build(), _system.Build(), _history);
    }

    private void Take(SnapshotChunk kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case SnapshotChunk.State:
                TakeState(payload);
                break;
            case SnapshotChunk.Caller:
                _callerState = payload.ToArray();
                break;
            case SnapshotChunk.Keys:
                for (; payload.Length > 0; _keyCount++)
                    TakeKey(ref payload);
                break;
            case SnapshotChunk.System:
                for (; payload.Length > 0; _systemCount++)
                    TakeSystemKey(ref payload);
                break;
            case SnapshotChunk.History:
                while (payload.Length > 0)
                    TakeSlot(ref payload);
                break;
            case SnapshotChunk.End:
                TakeEnd(payload);
                break;
            default:
                throw Damaged($"a chunk has the unknown kind {(byte)kind}");
        }
    }

    private void TakeState(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != SnapshotFormat.StateLength)
            throw Damaged($"the state has {payload.Length} bytes");
        _index = new StoreIndex(BinaryPrimitives.ReadUInt64LittleEndian(payload));
        _appliedIndex = new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]));
        _appliedTerm = new Term(BinaryPrimitives.ReadUInt64LittleEndian(payload[16..]));
        _stateHash = BinaryPrimitives.ReadUInt64LittleEndian(payload[24..]);
    }

    private void TakeKey(ref ReadOnlySpan<byte> payload)
    {
        KeyRecord record = TakeRecord(ref payload);
        ReadOnlySpan<byte> key = record.Key;
        if (key.Length < 2 || !KeyOrder.IsCanonical(key))
            throw Damaged("a key is not canonical");
        KeyRecord last = _keys.Last;
        if (!last.IsNone && KeyOrder.Compare(last.Key, key) >= 0)
            throw Damaged("keys are not in order");
        int existing = last.IsNone ? 0 : KeyOrder.CommonPathLength(last.Key, key);
        bool isBelowFile = !last.IsNone && existing == last.Key.Length && !last.IsDirectory;
        if (existing != KeyOrder.ParentLength(key) || isBelowFile)
            throw Damaged("a key has no directory to be in");
        _keys.Add(record);
    }

    private void TakeSystemKey(ref ReadOnlySpan<byte> payload)
    {
        KeyRecord record = TakeRecord(ref payload);
        if (!_system.Last.IsNone && KeyOrder.Compare(_system.Last.Key, record.Key) >= 0)
            throw Damaged("system keys are not in order");
        _system.Add(record);
    }

    private void TakeSlot(ref ReadOnlySpan<byte> payload)
    {
        byte flags = payload[0];
        payload = payload[1..];
        if (flags == SnapshotFormat.SilentFlag)
        {
            _history.Add(default);
            return;
        }

        if ((flags & ~(SnapshotFormat.RefreshFlag | SnapshotFormat.PreviousFlag)) != 0 || payload.IsEmpty)
            throw Damaged("a history slot is unknown");
        KeyAction action = (KeyAction)payload[0];
        if (action is < KeyAction.Set or > KeyAction.Expire)
            throw Damaged($"a history slot has the unknown action {(byte)action}");
        payload = payload[1..];
        KeyRecord node = TakeRecord(ref payload);
        KeyRecord previous = (flags & SnapshotFormat.PreviousFlag) != 0 ? TakeRecord(ref payload) : default;
        _history.Add(new HistorySlot(action, (flags & SnapshotFormat.RefreshFlag) != 0, node, previous));
    }

    private void TakeEnd(ReadOnlySpan<byte> payload)
    {
        bool isRight = payload.Length == SnapshotFormat.EndLength
            && BinaryPrimitives.ReadUInt64LittleEndian(payload) == _keyCount
            && BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]) == _systemCount
            && BinaryPrimitives.ReadUInt64LittleEndian(payload[16..]) == (ulong)_history.Count
            && BinaryPrimitives.ReadUInt64LittleEndian(payload[24..]) == _chunks.Count
            && (ulong)_history.Count <= _index.Value;
        if (!isRight)
            throw Damaged("the end mark counts something else than what was there");
        _isEnded = true;
    }

    private KeyRecord TakeRecord(ref ReadOnlySpan<byte> payload)
    {
        if (!Leb128.TryRead(payload, out int length, out int used) || length > payload.Length - used
            || !KeyRecord.TryFromBytes(payload.Slice(used, length).ToArray(), out KeyRecord record))
        {
            throw Damaged("a record is damaged");
        }

        payload = payload[(used + length)..];
        return record;
    }

    private SnapshotFormatException Damaged(string what) => new(what, _chunks.Offset);
}
