using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>What a lease says of the machine that holds it.</summary>
/// <param name="PublicV4">Where others reach it by IPv4.</param>
/// <param name="PublicV6">Where others reach it by IPv6.</param>
/// <param name="Backend">flannel's name of the backend; empty for udp of old.</param>
/// <param name="MacV4">Its VXLAN device for IPv4.</param>
/// <param name="MacV6">Its VXLAN device for IPv6.</param>
public sealed record LeaseValue(
    IPAddress? PublicV4, IPAddress? PublicV6, string Backend, MacAddress? MacV4, MacAddress? MacV6)
{
    /// <summary>True if both are of one machine, as far as addresses say.</summary>
    public bool HasAddressOf(LeaseValue other) =>
        (PublicV4 is not null && PublicV4.Equals(other.PublicV4))
        || (PublicV4 is null && other.PublicV4 is null && PublicV6 is not null && PublicV6.Equals(other.PublicV6));

    /// <summary>True if both have the same devices.</summary>
    public bool HasDevicesOf(LeaseValue other) =>
        Equals(MacV4, other.MacV4) && Equals(MacV6, other.MacV6);

    /// <summary>Who it is, for a message.</summary>
    public override string ToString()
    {
        string address = (PublicV4 ?? PublicV6)?.ToString() ?? "nobody";
        return (MacV4 ?? MacV6) is { } mac ? $"{address} ({mac})" : address;
    }
}
