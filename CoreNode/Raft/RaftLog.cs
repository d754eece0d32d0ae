using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// The log of one member and how far it has come. Invariants: Base ≤ Applied ≤ Applying ≤ Committed ≤ Last (while a
/// received snapshot waits for the caller, Applied may lie below Base); Persisted ≤ Offered ≤ Last; entries are handed
/// out for applying only up to Persisted; committed entries are never replaced (Raft §5.4, figure 3).
/// </summary>
internal sealed class RaftLog
{
    private readonly EntryStore _entries = new();
    private readonly OutstandingWrites _writes = new();
    private RaftEntry[] _slice = [];
    private LogIndex _sliceFrom;
    private int _sliceLimit;
    private bool _sliceIsFull;

    public RaftLog(LogIndex baseIndex, Term baseTerm, IReadOnlyList<RaftEntry> entries, LogIndex commit)
    {
        Base = baseIndex;
        BaseTerm = LastTerm = baseTerm;
        _entries.Reset(baseIndex.Next);
        for (int i = 0; i < entries.Count; i++)
            Append(entries[i]);
        Offered = Persisted = Last;
        Committed = LogIndex.Max(commit, baseIndex);
        Applying = Applied = baseIndex;
        Invariant.That(Committed <= Last, "the commit index lies within the durable log");
    }

    /// <summary>The entry before the first one held: covered by a snapshot, only its term is known.</summary>
    public LogIndex Base { get; private set; }

    public Term BaseTerm { get; private set; }

    public LogIndex First => _entries.First;

    public LogIndex Last => _entries.Last;

    public Term LastTerm { get; private set; }

    /// <summary>Handed out for persisting up to here.</summary>
    public LogIndex Offered { get; private set; }

    /// <summary>Known to be durable up to here.</summary>
    public LogIndex Persisted { get; private set; }

    public LogIndex Committed { get; private set; }

    /// <summary>Handed out for applying up to here.</summary>
    public LogIndex Applying { get; private set; }

    public LogIndex Applied { get; private set; }

    public bool HasEntriesToPersist => Offered < Last;

    public bool HasEntriesToApply => Applying < LogIndex.Min(Committed, Persisted);

    /// <summary>The term at an index; false if that entry is compacted away or not there yet.</summary>
    public bool TryTermAt(LogIndex index, out Term term)
    {
        if (index == Last)
            term = LastTerm;
        else if (index == Base)
            term = BaseTerm;
        else if (index >= First && index < Last)
            term = _entries[index].Term;
        else
            term = default;
        return index >= Base && index <= Last;
    }

    /// <summary>True when the entry at <paramref name="index"/> is known here and of that term.</summary>
    public bool Matches(LogIndex index, Term term) => TryTermAt(index, out Term here) && here == term;

    /// <summary>Raft §5.4.1: the later last term wins; with equal terms the longer log.</summary>
    public bool IsUpToDate(LogIndex last, Term lastTerm) =>
        lastTerm > LastTerm || (lastTerm == LastTerm && last >= Last);

    public void Append(in RaftEntry entry)
    {
        Invariant.That(entry.Term >= LastTerm, "terms never decrease along the log");
        _entries.Append(entry);
        LastTerm = entry.Term;
    }

    /// <summary>Drops <paramref name="index"/> and all after it, which a leader of a later term contradicts.</summary>
    public void TruncateFrom(LogIndex index)
    {
        Invariant.That(index > Committed, "committed entries are never replaced");
        _entries.TruncateFrom(index);
        LastTerm = Last == Base ? BaseTerm : _entries[Last].Term;
        _sliceFrom = LogIndex.Zero;
        _writes.CutFrom(index);
        Offered = LogIndex.Min(Offered, Last);
        Persisted = LogIndex.Min(Persisted, Last);
    }

    /// <summary>
    /// Where the logs part: the highest index at or below <paramref name="index"/> whose term is at most
    /// <paramref name="term"/>. Skips a whole term of conflicts at once (Raft §5.3, last paragraphs). The term is
    /// zero if it is compacted away.
    /// </summary>
    public (LogIndex Index, Term Term) FindPossibleMatch(LogIndex index, Term term)
    {
        LogIndex at = LogIndex.Min(index, Last);
        while (TryTermAt(at, out Term here))
        {
            if (here <= term)
                return (at, here);
            if (at == Base)
                break;
            at = at.Previous;
        }

        return (at, Term.Zero);
    }

    public void CommitTo(LogIndex index)
    {
        Invariant.That(index <= Last, "only what is in the log can be committed");
        Committed = LogIndex.Max(Committed, index);
    }

    /// <summary>Hands out what was not offered for persisting yet.</summary>
    public void TakeEntriesToPersist(EntryList target)
    {
        if (!HasEntriesToPersist)
            return;
        _entries.CopyTo(Offered.Next, target.Extend((int)(Last - Offered)));
        Offered = Last;
        _writes.Add(Last, LastTerm);
    }

    /// <summary>
    /// Takes the report that (<paramref name="index"/>, <paramref name="term"/>) is durable; false if that is not the
    /// log any more (what comes before it may be durable all the same).
    /// </summary>
    public bool ReportPersisted(LogIndex index, Term term)
    {
        if (index == Persisted && Matches(index, term))
            return true;
        WriteReport report = _writes.Report(index, term, index <= Offered && Matches(index, term));
        if (report.DurableTo > Persisted)
            Persisted = LogIndex.Min(report.DurableTo, Last);
        if (!report.IsAmbiguous)
            return report.DurableTo >= index;
        Probe.Hit("raft.ambiguous-persist-report");
        Offered = Persisted;
        return false;
    }

    /// <summary>Hands out what may be applied, up to a weight but at least one entry; returns the weight.</summary>
    public long TakeEntriesToApply(EntryList target, int maxBytes)
    {
        LogIndex limit = LogIndex.Min(Committed, Persisted);
        if (Applying >= limit)
            return 0;
        int count = CountWithin(Applying.Next, (int)Math.Min(limit - Applying, int.MaxValue), maxBytes, out long bytes);
        _entries.CopyTo(Applying.Next, target.Extend(count));
        Applying += (ulong)count;
        return bytes;
    }

    public void ReportApplied(LogIndex index)
    {
        Invariant.That(index <= Applying, "only what was handed out can have been applied");
        Applied = LogIndex.Max(Applied, index);
    }

    /// <summary>Entries from <paramref name="from"/> on for one message; several followers share the array.</summary>
    public ReadOnlyMemory<RaftEntry> Slice(LogIndex from, int maxBytes)
    {
        if (from > Last)
            return ReadOnlyMemory<RaftEntry>.Empty;
        int available = (int)Math.Min(Last - from + 1, int.MaxValue);
        if (_sliceFrom == from && _sliceLimit == maxBytes && (_sliceIsFull || _slice[^1].Index == Last))
            return _slice;
        int count = CountWithin(from, available, maxBytes, out _);
        RaftEntry[] slice = new RaftEntry[count];
        _entries.CopyTo(from, slice);
        (_slice, _sliceFrom, _sliceLimit, _sliceIsFull) = (slice, from, maxBytes, count < available);
        return slice;
    }

    /// <summary>Weight of the entries after <paramref name="index"/>.</summary>
    public long SizeAfter(LogIndex index)
    {
        CountWithin(index.Next, (int)(Last - index), long.MaxValue, out long bytes);
        return bytes;
    }

    /// <summary>Forgets applied entries up to <paramref name="index"/>, which a snapshot covers.</summary>
    public void CompactTo(LogIndex index)
    {
        if (index <= Base)
            return;
        Invariant.That(index <= Applied, "only applied entries can be compacted away");
        TryTermAt(index, out Term term);
        BaseTerm = term;
        Base = index;
        _entries.DropTo(index);
        (_slice, _sliceFrom) = ([], LogIndex.Zero);
    }

    /// <summary>Replaces the whole log by a snapshot (Raft §7); durable once the caller reports its index.</summary>
    public void Restore(LogIndex index, Term term)
    {
        Invariant.That(index > Committed, "a snapshot is only taken when it is ahead");
        _writes.CutFrom(LogIndex.Zero.Next);
        _entries.Reset(index.Next);
        (_slice, _sliceFrom) = ([], LogIndex.Zero);
        Base = Committed = Applying = Offered = index;
        BaseTerm = LastTerm = term;
        Persisted = LogIndex.Zero;
        _writes.Add(index, term);
    }

    private int CountWithin(LogIndex from, int available, long maxBytes, out long bytes)
    {
        int count = 0;
        bytes = 0;
        while (count < available)
        {
            int size = _entries[from + (ulong)count].SizeBytes;
            if (count > 0 && bytes + size > maxBytes)
                break;
            bytes += size;
            count++;
        }

        return count;
    }
}
