using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>What a member does as the leader of one term, and in none other.</summary>
public sealed partial class Replica
{
    Term ILeaderLog.LeadingTerm => _leading.Current;

    Task<Term> ILeaderLog.WaitForLeadingTermAsync(Term known, CancellationToken cancellation) =>
        _leading.WaitAsync(known, cancellation);

    ValueTask<KeyOutcome> ILeaderLog.ProposeAsync(byte[] command, Term onlyIn, CancellationToken cancellation) =>
        onlyIn == Term.Zero
            ? ValueTask.FromResult(new KeyOutcome(null, StoreErrors.TermIsOver, StoreIndex.Zero))
            : ProposeInAsync(command, onlyIn);

    ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ILeaderLog.ReadAsync(
        Term onlyIn, CancellationToken cancellation) =>
        onlyIn == Term.Zero
            ? ValueTask.FromResult<(IKeyspace?, KeyError?)>((null, StoreErrors.TermIsOver))
            : ReadInAsync(onlyIn);

    ValueTask<LeaderStanding> ILeaderLog.AskStandingAsync(CancellationToken cancellation)
    {
        AskStanding ask = new();
        _inbox.Post(ask);
        return new ValueTask<LeaderStanding>(ask.Completion.Task.WaitAsync(cancellation));
    }
}
