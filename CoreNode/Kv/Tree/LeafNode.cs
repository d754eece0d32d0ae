using System.Runtime.CompilerServices;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>
/// Up to <see cref="Capacity"/> records in key order. Beside each stands the head of its key after the part that all
/// keys here share, so that a search reads one or two cache lines of the leaf and then the one record that matters.
/// </summary>
internal sealed class LeafNode : TreeNode
{
    /// <summary>
    /// Records in a full leaf. Larger leaves cost more for each copied path, smaller ones more memory and depth; see
    /// docs/decisions/0006.
    /// </summary>
    public const int Capacity = 16;

    private HeadBlock _heads;
    private RecordBlock _records;
    private int _shared;

    /// <summary>An empty leaf.</summary>
    public LeafNode(long epoch) => Epoch = epoch;

    /// <summary>A leaf of these records, in order.</summary>
    public LeafNode(long epoch, ReadOnlySpan<KeyRecord> records)
    {
        Epoch = epoch;
        Assign(records);
    }

    /// <inheritdoc/>
    public override long Total => Count;

    /// <inheritdoc/>
    public override KeyRecord First => _records[0];

    /// <inheritdoc/>
    public override KeyRecord Last => _records[Count - 1];

    /// <summary>True if one more record needs a split.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>The records, in key order.</summary>
    public ReadOnlySpan<KeyRecord> Records => Slots[..Count];

    private Span<KeyRecord> Slots => _records;

    private Span<uint> Heads => _heads;

    /// <summary>The record at a position.</summary>
    public KeyRecord this[int position] => _records[position];

    /// <summary>A copy that the given epoch may change.</summary>
    public LeafNode Copy(long epoch)
    {
        LeafNode copy = (LeafNode)MemberwiseClone();
        copy.Epoch = epoch;
        return copy;
    }

    /// <summary>Finds a key. On a miss the position is only right if the key shares what all keys here share.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out int position)
    {
        uint head = KeyOrder.Head(key, _shared);
        ReadOnlySpan<uint> heads = Heads[..Count];
        int low = KeyOrder.LowerBound(heads, head);
        int high = low;
        while (high < heads.Length && heads[high] == head)
            high++;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            int order = KeyOrder.Compare(key, _records[middle].Key);
            if (order == 0)
            {
                position = middle;
                return true;
            }

            if (order < 0)
                high = middle;
            else
                low = middle + 1;
        }

        position = low;
        return false;
    }

    /// <summary>Number of records before <paramref name="key"/>, and whether it is there.</summary>
    public bool Seek(ReadOnlySpan<byte> key, out int position)
    {
        if (TryFind(key, out position))
            return true;
        if (Count == 0 || _shared == 0)
            return false;
        ReadOnlySpan<byte> first = _records[0].Key;
        if (key.CommonPrefixLength(first) < _shared)
            position = KeyOrder.Compare(key, first) < 0 ? 0 : Count;
        return false;
    }

    /// <summary>Exchanges a record for another of the same key.</summary>
    public void Replace(int position, KeyRecord record)
    {
        KeyRecord old = _records[position];
        _records[position] = record;
        Retime(Expiration(old), Expiration(record));
    }

    /// <summary>Adds a record before the position. The leaf is not full.</summary>
    public void Insert(int position, KeyRecord record)
    {
        Invariant.That(Count < Capacity, "a leaf that takes a record has room");
        ReadOnlySpan<byte> key = record.Key;
        int shared = Count == 0 ? 0 : Math.Min(_shared, key.CommonPrefixLength(_records[0].Key));
        Slots[position..Count].CopyTo(Slots[(position + 1)..]);
        Heads[position..Count].CopyTo(Heads[(position + 1)..]);
        _records[position] = record;
        _heads[position] = KeyOrder.Head(key, _shared);
        Count++;
        if (shared != _shared)
            Index(shared);
        Deadline = Math.Min(Deadline, Expiration(record));
    }

    /// <summary>Takes the records in [from, to) out.</summary>
    public void Remove(int from, int to)
    {
        int removed = to - from;
        Slots[to..Count].CopyTo(Slots[from..]);
        Heads[to..Count].CopyTo(Heads[from..]);
        Slots[(Count - removed)..Count].Clear();
        Count -= removed;
        if (Deadline != long.MaxValue)
            Deadline = EarliestDeadline();
    }

    /// <summary>Keeps the first <paramref name="count"/> records and returns the others as a new leaf.</summary>
    public LeafNode SplitAt(int count)
    {
        LeafNode right = new(Epoch, Slots[count..Count]);
        Assign(Slots[..count].ToArray());
        return right;
    }

    /// <summary>Makes these, in order, the records of this leaf.</summary>
    public void Assign(ReadOnlySpan<KeyRecord> records)
    {
        Span<KeyRecord> slots = Slots;
        records.CopyTo(slots);
        slots[records.Length..].Clear();
        Count = records.Length;
        Index(Count < 2 ? 0 : First.Key.CommonPrefixLength(Last.Key));
        Deadline = EarliestDeadline();
    }

    /// <summary>Position of the first record whose deadline is <paramref name="deadline"/>.</summary>
    public int FindDeadline(long deadline)
    {
        int position = 0;
        while (Expiration(_records[position]) != deadline)
            position++;
        return position;
    }

    private static long Expiration(KeyRecord record) =>
        record.HasExpiration ? record.ExpirationUnixNs : long.MaxValue;

    private void Retime(long before, long after)
    {
        if (after <= Deadline)
            Deadline = after;
        else if (before == Deadline)
            Deadline = EarliestDeadline();
    }

    private long EarliestDeadline()
    {
        long earliest = long.MaxValue;
        foreach (KeyRecord record in Records)
            earliest = Math.Min(earliest, Expiration(record));
        return earliest;
    }

    private void Index(int shared)
    {
        _shared = shared;
        for (int i = 0; i < Count; i++)
            _heads[i] = KeyOrder.Head(_records[i].Key, shared);
    }

    [InlineArray(Capacity)]
    private struct HeadBlock
    {
        private uint _first;
    }

    [InlineArray(Capacity)]
    private struct RecordBlock
    {
        private KeyRecord _first;
    }
}
