namespace CoreNode.Overlay.Net;

/// <summary>
/// One network whose traffic with the world outside gets this machine's address, as flannel does it: what stays inside
/// and what comes from outside to <paramref name="Subnet"/> keeps its source address; what leaves the network, except
/// to groups, and what comes from outside to another machine's containers gets that of the device it leaves by.
/// </summary>
/// <param name="Network">The whole overlay network.</param>
/// <param name="Subnet">This machine's part of it.</param>
public sealed record MasqueradeRule(IpPrefix Network, IpPrefix Subnet)
{
    /// <summary>Of the part.</summary>
    public override int GetHashCode() => Subnet.GetHashCode();
}
