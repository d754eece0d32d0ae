using System.Net;
using System.Net.Sockets;

namespace CoreNode.Updates.Server.Answers;

/// <summary>Addresses as they are counted: who has an IPv6 network has as many addresses as he likes.</summary>
internal static class AddressText
{
    private const int NetworkBytes = 8;

    /// <summary>IPv4 as it is, of IPv6 the network of 64 bits; empty for unknown.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        if (IPAddress.IsLoopback(address))
            return "::1";
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
