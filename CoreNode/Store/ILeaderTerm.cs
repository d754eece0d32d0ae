namespace CoreNode.Store;

/// <summary>One uninterrupted time in which this process decides for the cluster's machines. Any thread.</summary>
public interface ILeaderTerm
{
    /// <summary>Rises with every term of office in the cluster.</summary>
    ulong Number { get; }

    /// <summary>Fires when it is over.</summary>
    CancellationToken Ended { get; }

    /// <summary>
    /// The store, for decisions: what is written through it is done only while this term lasts. A write that comes too
    /// late is refused, or is put into the log before anything that another term's leader decides; never after.
    /// </summary>
    IKvClient Writes { get; }

    /// <summary>
    /// What is known of a machine's lease. A machine that this term has not heard of yet counts as held until one full
    /// lease of this term is over, for its lease may be from the term before.
    /// </summary>
    MachineLeaseState StateOf(string machineId);

    /// <summary>
    /// Leases are keys in the store, known of by following it: what <see cref="StateOf"/> says is as old as that.
    /// </summary>
    bool AreLeasesKeys { get; }

    /// <summary>Machines that hold a lease which this term has granted.</summary>
    IReadOnlyCollection<string> Present { get; }

    /// <summary>
    /// Returns when a machine came, went or came back since the call before, or when a lease may have ended, at the
    /// latest after <paramref name="limit"/>.
    /// </summary>
    Task WaitForChangeAsync(TimeSpan limit, CancellationToken cancellation);
}
