using System.Collections;

namespace CoreNode.Raft;

/// <summary>
/// A list of entries that one owner refills again and again without allocating. Readers enumerate, index or take the
/// span; how long the content stays is said where the list is handed out.
/// </summary>
public sealed class EntryList : IReadOnlyList<RaftEntry>
{
    // A burst must not pin its peak for ever: above this the buffer is given back when the list is cleared.
    private const int KeptEntries = 4096;

    private RaftEntry[] _items = [];

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public RaftEntry this[int index] => AsSpan()[index];

    /// <summary>The entries without a copy.</summary>
    public ReadOnlySpan<RaftEntry> AsSpan() => _items.AsSpan(0, Count);

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<RaftEntry> IEnumerable<RaftEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Room for <paramref name="count"/> more entries, to be filled at once.</summary>
    internal Span<RaftEntry> Extend(int count)
    {
        int needed = Count + count;
        if (needed > _items.Length)
            Array.Resize(ref _items, Math.Max(needed, _items.Length * 2));
        Span<RaftEntry> added = _items.AsSpan(Count, count);
        Count = needed;
        return added;
    }

    internal void Clear()
    {
        if (_items.Length > KeptEntries)
            _items = [];
        else
            AsWritableSpan().Clear();
        Count = 0;
    }

    private Span<RaftEntry> AsWritableSpan() => _items.AsSpan(0, Count);

    /// <summary>Walks the list; invalid once the list is refilled.</summary>
    public struct Enumerator(EntryList list) : IEnumerator<RaftEntry>
    {
        private int _at = -1;

        /// <inheritdoc/>
        public readonly RaftEntry Current => list._items[_at];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_at < list.Count;

        /// <inheritdoc/>
        public void Reset() => _at = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
