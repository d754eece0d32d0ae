using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Linearizable reads between their request and the moment the applied state has reached the confirmed position
/// (Raft thesis §6.4). All that come in one round share one confirmation. Owned by the loop.
/// </summary>
internal sealed class PendingReads
{
    private readonly List<Batch> _batches = [];
    private ulong _lastContext;

    internal ulong NextContext() => ++_lastContext;

    internal void Add(ulong context, IEnumerable<ReadBarrier> reads) => _batches.Add(new Batch(context, [.. reads]));

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
            Fail(_batches[i], StoreErrors.TimedOut);
            _batches.RemoveAt(i--);
        }
    }

    internal void FailAll(KeyError error)
    {
        foreach (Batch batch in _batches)
            Fail(batch, error);
        _batches.Clear();
    }

    private static void Fail(Batch batch, KeyError error)
    {
        foreach (ReadBarrier read in batch.Reads)
            read.Completion.TrySetResult((null, error));
    }

    private sealed class Batch(ulong context, ReadBarrier[] reads)
    {
        internal ulong Context { get; } = context;

        internal ReadBarrier[] Reads { get; } = reads;

        internal LogIndex? Index { get; set; }
    }
}
