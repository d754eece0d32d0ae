namespace CoreNode.Overlay.Net;

/// <summary>What of the kernel's network is wanted, or what is there.</summary>
/// <param name="Links">Devices.</param>
/// <param name="Addresses">Addresses of those devices.</param>
/// <param name="Routes">Read: all routes that CoreNode made, on whatever device and for whichever network.</param>
/// <param name="Neighbours">Permanent neighbours on those devices.</param>
/// <param name="Forwardings">Where those devices send to.</param>
/// <param name="Firewall">The own table; null: there is none.</param>
public sealed record NetworkState(
    IReadOnlyList<VxlanLink> Links, IReadOnlyList<LinkAddress> Addresses, IReadOnlyList<NetworkRoute> Routes,
    IReadOnlyList<Neighbour> Neighbours, IReadOnlyList<Forwarding> Forwardings, FirewallRules? Firewall)
{
    /// <summary>The machine passes IPv4 packets on (net.ipv4.ip_forward).</summary>
    public bool ForwardsIPv4 { get; init; }

    /// <summary>The same for IPv6 (net.ipv6.conf.all.forwarding).</summary>
    public bool ForwardsIPv6 { get; init; }
}
