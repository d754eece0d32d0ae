using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Linearizable reads between their request and the moment the applied state has reached the confirmed position
/// (Raft thesis §6.4). All that come in one round share one confirmation. A question to a leader may be lost, so it is
/// asked again: after a while, and when the leader changes. Owned by the loop.
/// </summary>
internal sealed class PendingReads(RaftNode raft, ulong firstContext)
{
    private readonly List<ReadBarrier> _incoming = [];
    private readonly List<Batch> _batches = [];
    private ulong _lastContext = firstContext;
    private bool _mustAskAgain;

    internal void Add(ReadBarrier read) => _incoming.Add(read);

    /// <summary>Asks for what came in since the last round; without a leader it waits.</summary>
    internal void Request(long now)
    {
        RefuseOutOfTerm(_incoming);
        if (raft.Leader.IsNone)
            return;
        if (_mustAskAgain)
        {
            _mustAskAgain = false;
            AskAgain(now, long.MaxValue);
        }

        if (_incoming.Count == 0)
            return;
        Batch batch = new([.. _incoming]);
        if (!TryAsk(batch, now))
            return;
        _batches.Add(batch);
        _incoming.Clear();
    }

    /// <summary>Asks again for what was asked before the given timestamp and not answered.</summary>
    internal void AskAgain(long now, long askedBefore)
    {
        foreach (Batch batch in _batches)
        {
            if (batch.Index is null && batch.AskedAt < askedBefore && !TryAsk(batch, now))
                _mustAskAgain = true;
        }
    }

    /// <summary>Another leader, or none: what was asked may never be answered.</summary>
    internal void LeaderChanged()
    {
        _mustAskAgain = true;
        for (int i = 0; i < _batches.Count; i++)
        {
            RefuseOutOfTerm(_batches[i].Reads);
            if (_batches[i].Reads.Count == 0)
                _batches.RemoveAt(i--);
        }
    }

    /// <summary>A quorum confirmed that the leader led: these reads may be served from that position on.</summary>
    internal void Confirm(ulong context, LogIndex index)
    {
        foreach (Batch batch in _batches)
        {
            if (batch.Context == context)
                batch.Index = index;
        }
    }

    internal void CompleteUpTo(IKeyspace published)
    {
        for (int i = 0; i < _batches.Count; i++)
        {
            if (_batches[i].Index is not { } index || index > published.AppliedIndex)
                continue;
            foreach (ReadBarrier read in _batches[i].Reads)
                read.Completion.TrySetResult((published, null));
            _batches.RemoveAt(i--);
        }
    }

    internal void ExpireStartedBefore(long timestamp)
    {
        for (int i = 0; i < _batches.Count; i++)
        {
            if (_batches[i].Reads[0].StartedAt >= timestamp)
                continue;
            Fail(_batches[i].Reads, StoreErrors.TimedOut);
            _batches.RemoveAt(i--);
        }

        for (int i = _incoming.Count - 1; i >= 0; i--)
        {
            if (_incoming[i].StartedAt >= timestamp)
                continue;
            _incoming[i].Completion.TrySetResult((null, StoreErrors.TimedOut));
            _incoming.RemoveAt(i);
        }
    }

    internal void FailAll(KeyError error)
    {
        foreach (Batch batch in _batches)
            Fail(batch.Reads, error);
        _batches.Clear();
        Fail(_incoming, error);
        _incoming.Clear();
    }

    // A context is used for one question only: a late answer to an earlier one must not confirm a later read.
    private bool TryAsk(Batch batch, long now)
    {
        batch.Context = ++_lastContext;
        batch.AskedAt = now;
        return raft.RequestRead(batch.Context).IsAccepted;
    }

    // Another leader's quorum says nothing about this member's term.
    private void RefuseOutOfTerm(List<ReadBarrier> reads)
    {
        for (int i = reads.Count - 1; i >= 0; i--)
        {
            Term term = reads[i].OnlyIn;
            if (term == Term.Zero || (raft.Role == RaftRole.Leader && raft.Term == term))
                continue;
            reads[i].Completion.TrySetResult((null, StoreErrors.TermIsOver));
            reads.RemoveAt(i);
        }
    }

    private static void Fail(IEnumerable<ReadBarrier> reads, KeyError error)
    {
        foreach (ReadBarrier read in reads)
            read.Completion.TrySetResult((null, error));
    }

    private sealed class Batch(List<ReadBarrier> reads)
    {
        internal ulong Context { get; set; }

        internal long AskedAt { get; set; }

        internal List<ReadBarrier> Reads { get; } = reads;

        internal LogIndex? Index { get; set; }
    }
}
