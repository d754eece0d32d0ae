using CoreNode.Foundation;

namespace CoreNode.Cluster.Leading;

/// <summary>The term in which this member leads, for those who wait for another one. Any thread.</summary>
internal sealed class LeadingTerm
{
    private readonly Lock _gate = new(); // _term, _changed
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _term;

    /// <summary>Zero while another member leads, or nobody.</summary>
    internal Term Current => new(Volatile.Read(ref _term));

    /// <summary>Called after each round: nothing to do as long as nothing changes.</summary>
    internal void Set(Term term)
    {
        if (_term == term.Value)
            return;
        TaskCompletionSource told;
        lock (_gate)
        {
            Volatile.Write(ref _term, term.Value);
            told = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.SetResult();
    }

    /// <summary>Waits for another term than the known one.</summary>
    internal async Task<Term> WaitAsync(Term known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_term != known.Value)
                    return new Term(_term);
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }
}
