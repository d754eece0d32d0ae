namespace CoreNode.Overlay.Model;

/// <summary>What is to be done about the own lease next: exactly one of the nested cases.</summary>
public abstract record LeaseStep
{
    private LeaseStep()
    {
    }

    /// <summary>Nothing; it is renewed in time.</summary>
    public sealed record Keep : LeaseStep;

    /// <summary>Nothing is known of leases yet.</summary>
    public sealed record Wait : LeaseStep;

    /// <summary>Create it, if nobody else does.</summary>
    public sealed record Create(LeaseSubnets Subnets) : LeaseStep;

    /// <summary>Write the own value over what is there, if that has not changed.</summary>
    public sealed record Rewrite(LeaseEntry Entry, LeaseSubnets Subnets) : LeaseStep;

    /// <summary>Remove one that this machine left behind, if it has not changed.</summary>
    public sealed record Delete(LeaseEntry Entry) : LeaseStep;

    /// <summary>Somebody else holds the lease now: forget it, and ask again.</summary>
    public sealed record Lost(HeldLease Held, LeaseEntry Entry) : LeaseStep;

    /// <summary>Somebody else writes the lease with exactly this machine's value: they share a subnet.</summary>
    public sealed record Shared(HeldLease Held) : LeaseStep;

    /// <summary>No subnet is free.</summary>
    public sealed record Full : LeaseStep;
}
