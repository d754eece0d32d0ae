using CoreNode.Store;

namespace CoreNode.Tests.Units.Agent;

/// <summary>A lease that is granted as a test wants.</summary>
internal sealed class ScriptedLease : IMachineLease
{
    private int _renewals;

    public bool IsRegistration => false;

    public LeaseGrantKind Kind { get; set; } = LeaseGrantKind.Granted;

    public bool IsReleased { get; private set; }

    public int Renewals => Volatile.Read(ref _renewals);

    public int RenewalsAfterRelease { get; private set; }

    public Task<LeaseGrant> RenewAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _renewals);
        if (IsReleased)
            RenewalsAfterRelease++;
        return Task.FromResult(new LeaseGrant(Kind, "as told") { Duration = renewal.Duration });
    }

    public Task ReleaseAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        IsReleased = true;
        return Task.CompletedTask;
    }
}
