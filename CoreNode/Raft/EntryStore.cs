using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// Consecutive entries in memory, in chunks that are reused: appending, reading and dropping at either end cost the
/// same however long the log is, and nothing is ever moved. Invariant: slots outside [First, Last] hold no data, so
/// dropped entries can be collected.
/// </summary>
internal sealed class EntryStore
{
    // 512 × 40 bytes stays below the large object heap.
    private const int ChunkShift = 9;
    private const int ChunkEntries = 1 << ChunkShift;
    private const int SpareChunks = 8;

    private readonly Stack<RaftEntry[]> _spare = new();

    // Chunk number n (the upper bits of an index) lives in slot n modulo the length, a power of two.
    private RaftEntry[]?[] _chunks = new RaftEntry[]?[4];
    private ulong _first = 1;
    private ulong _last;

    /// <summary>Index of the first entry held, or of the next one if there is none.</summary>
    public LogIndex First => new(_first);

    /// <summary>Index of the last entry held; one before <see cref="First"/> if there is none.</summary>
    public LogIndex Last => new(_last);

    /// <summary>The entry at an index within [First, Last].</summary>
    public ref readonly RaftEntry this[LogIndex index]
    {
        get
        {
            Invariant.That(index.Value >= _first && index.Value <= _last, "an entry outside the log is read");
            return ref Chunk(index.Value)![Offset(index.Value)];
        }
    }

    /// <summary>Appends the entry that follows the last one.</summary>
    public void Append(in RaftEntry entry)
    {
        ulong index = _last + 1;
        Invariant.That(entry.Index.Value == index, "entries are appended without a gap");
        if (Offset(index) == 0 || index == _first)
            EnsureChunk(index);
        Chunk(index)![Offset(index)] = entry;
        _last = index;
    }

    /// <summary>Copies consecutive entries from <paramref name="from"/> on, as many as the target holds.</summary>
    public void CopyTo(LogIndex from, Span<RaftEntry> target)
    {
        ulong at = from.Value;
        Invariant.That(at >= _first && at + (ulong)target.Length <= _last + 1, "entries outside the log are copied");
        while (target.Length > 0)
        {
            int run = Math.Min(target.Length, ChunkEntries - Offset(at));
            Chunk(at).AsSpan(Offset(at), run).CopyTo(target);
            target = target[run..];
            at += (ulong)run;
        }
    }

    /// <summary>Drops <paramref name="index"/> and everything after it.</summary>
    public void TruncateFrom(LogIndex index)
    {
        Invariant.That(index.Value >= _first, "a log is truncated within what it holds");
        if (index.Value > _last)
            return;
        Erase(index.Value, _last);
        for (ulong number = _last >> ChunkShift; number > (index.Value - 1) >> ChunkShift; number--)
            Release(number);
        _last = index.Value - 1;
    }

    /// <summary>Drops everything up to and including <paramref name="index"/>.</summary>
    public void DropTo(LogIndex index)
    {
        Invariant.That(index.Value <= _last, "a log is compacted within what it holds");
        if (index.Value < _first)
            return;
        Erase(_first, index.Value);
        for (ulong number = _first >> ChunkShift; number < (index.Value + 1) >> ChunkShift; number++)
            Release(number);
        _first = index.Value + 1;
    }

    /// <summary>Drops everything; the next entry appended is <paramref name="next"/>.</summary>
    public void Reset(LogIndex next)
    {
        Array.Clear(_chunks);
        _first = next.Value;
        _last = next.Value - 1;
    }

    private static int Offset(ulong index) => (int)(index & (ChunkEntries - 1));

    private RaftEntry[]? Chunk(ulong index) => _chunks[(index >> ChunkShift) & (ulong)(_chunks.Length - 1)];

    private void EnsureChunk(ulong index)
    {
        ulong oldest = _first >> ChunkShift;
        ulong newest = index >> ChunkShift;
        if (newest - oldest >= (ulong)_chunks.Length)
            Grow(oldest, newest);
        ref RaftEntry[]? slot = ref _chunks[newest & (ulong)(_chunks.Length - 1)];
        slot ??= _spare.Count > 0 ? _spare.Pop() : new RaftEntry[ChunkEntries];
    }

    private void Grow(ulong oldest, ulong newest)
    {
        RaftEntry[]?[] larger = new RaftEntry[]?[_chunks.Length * 2];
        for (ulong number = oldest; number < newest; number++)
            larger[number & (ulong)(larger.Length - 1)] = _chunks[number & (ulong)(_chunks.Length - 1)];
        _chunks = larger;
    }

    private void Erase(ulong from, ulong to)
    {
        while (from <= to)
        {
            int run = (int)Math.Min(to - from + 1, (ulong)(ChunkEntries - Offset(from)));
            Array.Clear(Chunk(from)!, Offset(from), run);
            from += (ulong)run;
        }
    }

    private void Release(ulong number)
    {
        ref RaftEntry[]? slot = ref _chunks[number & (ulong)(_chunks.Length - 1)];
        if (slot is not null && _spare.Count < SpareChunks)
            _spare.Push(slot);
        slot = null;
    }
}
