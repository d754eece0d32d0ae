using CoreNode.Store;

namespace CoreNode.Tests.Benchmarks;

/// <summary>A lease that counts what was granted.</summary>
internal sealed class CountingLease(IMachineLease lease) : IMachineLease
{
    private int _granted;

    public bool IsRegistration => lease.IsRegistration;

    public int Granted => Volatile.Read(ref _granted);

    public async Task<LeaseGrant> RenewAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        LeaseGrant grant = await lease.RenewAsync(renewal, cancellation);
        if (grant.Kind == LeaseGrantKind.Granted)
            Interlocked.Increment(ref _granted);
        return grant;
    }

    public Task ReleaseAsync(LeaseRenewal renewal, CancellationToken cancellation) =>
        lease.ReleaseAsync(renewal, cancellation);
}
