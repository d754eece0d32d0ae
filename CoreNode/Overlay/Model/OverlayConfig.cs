namespace CoreNode.Overlay.Model;

/// <summary>A network's configuration with all that it leaves open filled in.</summary>
/// <param name="V4">Subnets of IPv4; null without it.</param>
/// <param name="V6">Subnets of IPv6; null without it. One of both is there.</param>
/// <param name="Backend">How machines are reached.</param>
public sealed record OverlayConfig(SubnetSpace? V4, SubnetSpace? V6, BackendConfig Backend)
{
    /// <summary>True if a lease may go on under this configuration.</summary>
    public bool Fits(LeaseSubnets subnets) =>
        Fits(V4, subnets.V4) && Fits(V6, subnets.V6);

    private static bool Fits(SubnetSpace? space, Net.IpPrefix? subnet) =>
        space is null ? subnet is null : subnet is not null && space.Fits(subnet);
}
