using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>Where subnets of one family are taken from.</summary>
/// <param name="Network">All of it.</param>
/// <param name="SubnetLength">Length of each subnet's prefix.</param>
/// <param name="Min">The first subnet that may be leased.</param>
/// <param name="Max">The last one.</param>
public sealed record SubnetSpace(IpPrefix Network, int SubnetLength, IPAddress Min, IPAddress Max)
{
    /// <summary>True for IPv4.</summary>
    public bool IsV4 => AddressMath.IsV4(Network.Address);

    /// <summary>True if a subnet may be leased here: of this length and in the range.</summary>
    public bool Fits(IpPrefix subnet) =>
        subnet.Length == SubnetLength && AddressMath.IsV4(subnet.Address) == IsV4 && AddressMath.IsAligned(subnet)
        && AddressMath.Number(subnet.Address) >= AddressMath.Number(Min)
        && AddressMath.Number(subnet.Address) <= AddressMath.Number(Max);
}
