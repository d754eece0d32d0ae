namespace CoreNode.Store;

/// <summary>
/// How a machine shows that it is there (design decision 9): nothing of it is written through the log. With an
/// existing etcd as the store it is a key with a TTL. Renewals may overlap, so that one whose answer is late holds up
/// no other; the lease is given back when none is on its way.
/// </summary>
public interface IMachineLease
{
    /// <summary>
    /// True where the lease is the key of the machine's object itself: renewing writes it, and its owner must not.
    /// </summary>
    bool IsRegistration { get; }

    /// <summary>Renews the lease; the lease that it gives counts from the moment of the call.</summary>
    /// <param name="renewal">Who renews.</param>
    /// <param name="cancellation">Gives up; the answer is <see cref="LeaseGrantKind.Unreachable"/> then.</param>
    Task<LeaseGrant> RenewAsync(LeaseRenewal renewal, CancellationToken cancellation);

    /// <summary>Gives the lease back: the machine goes, and its units may be placed elsewhere at once.</summary>
    Task ReleaseAsync(LeaseRenewal renewal, CancellationToken cancellation);
}
