using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Leading;

/// <summary>
/// A member's log for who decides things as its leader: nothing here is done in the name of a term that is over. Any
/// thread.
/// </summary>
public interface ILeaderLog
{
    /// <summary>
    /// The term in which this member leads, as known after the loop's last round; zero if it does not.
    /// </summary>
    Term LeadingTerm { get; }

    /// <summary>Returns once <see cref="LeadingTerm"/> is another one than <paramref name="known"/>.</summary>
    Task<Term> WaitForLeadingTermAsync(Term known, CancellationToken cancellation);

    /// <summary>
    /// As <see cref="IKeyStore.ProposeAsync"/>, but the command goes into the log only if this member leads in that
    /// term at that moment; else it is refused with <see cref="ErrorCode.LeaderElection"/>, and never will be written.
    /// </summary>
    ValueTask<KeyOutcome> ProposeAsync(byte[] command, Term onlyIn, CancellationToken cancellation);

    /// <summary>
    /// As <see cref="IKeyStore.ReadLinearizableAsync"/>, but success also says that a quorum confirmed this member as
    /// the leader of that term after the call, and that everything of the terms before is applied.
    /// </summary>
    ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadAsync(Term onlyIn, CancellationToken cancellation);

    /// <summary>Asks the loop who leads: exact at a moment after the call.</summary>
    ValueTask<LeaderStanding> AskStandingAsync(CancellationToken cancellation);
}
