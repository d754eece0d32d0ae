using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// The writes handed out for persisting and not reported durable yet, oldest first. Writes become durable in the order
/// in which they were handed out, so a report for one covers all before it. A write whose end was replaced in the
/// meantime vouches only for what was not: without that memory, a report for (5, term 1) that was written, replaced by
/// (5, term 2) and written again would vouch for the second writing while the disk is about to be overwritten.
/// </summary>
internal sealed class OutstandingWrites
{
    private readonly Queue<Write> _writes = new();
    private int _cut;

    /// <summary>Notes a write whose last entry is (<paramref name="last"/>, <paramref name="term"/>).</summary>
    public void Add(LogIndex last, Term term) => _writes.Enqueue(new Write(last, term, last));

    /// <summary>Entries from <paramref name="index"/> on are replaced: no write so far vouches for them.</summary>
    public void CutFrom(LogIndex index)
    {
        int count = _writes.Count;
        for (int i = 0; i < count; i++)
        {
            Write write = _writes.Dequeue();
            if (write.VouchesTo >= index)
            {
                Probe.Hit("raft.write-replaced-in-flight");
                _cut += write.IsCut ? 0 : 1;
                write = write with { VouchesTo = index.Previous };
            }

            _writes.Enqueue(write);
        }
    }

    /// <summary>
    /// Takes the report that (<paramref name="last"/>, <paramref name="term"/>) is durable. <paramref name="matches"/>
    /// says whether that is still the entry in the log.
    /// </summary>
    public WriteReport Report(LogIndex last, Term term, bool matches)
    {
        bool found = false;
        int repeated = 0;
        foreach (Write write in _writes)
        {
            if (write.Last != last || write.Term != term)
                continue;
            found = true;
            repeated++;
        }

        // A report from within a write is as good, as long as nothing in flight was replaced.
        if (!found)
            return matches && _cut == 0 ? new WriteReport(PopTo(last), false) : default;
        Write popped;
        LogIndex vouched = LogIndex.Zero;
        do
        {
            popped = _writes.Dequeue();
            _cut -= popped.IsCut ? 1 : 0;
            vouched = LogIndex.Max(vouched, popped.VouchesTo);
        }
        while (popped.Last != last || popped.Term != term);
        return new WriteReport(vouched, popped.IsCut && repeated > 1);
    }

    private LogIndex PopTo(LogIndex last)
    {
        while (_writes.Count > 0 && _writes.Peek().Last <= last)
            _writes.Dequeue();
        return last;
    }

    private readonly record struct Write(LogIndex Last, Term Term, LogIndex VouchesTo)
    {
        public bool IsCut => VouchesTo != Last;
    }
}
