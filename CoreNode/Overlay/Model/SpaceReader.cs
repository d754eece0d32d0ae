using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>
/// Network, length and range of one family, by flannel's rules: a subnet has at least four addresses, a network at
/// least four subnets, and the first of them is left out because its address would be the network's.
/// </summary>
internal static class SpaceReader
{
    public static SubnetSpace? Read(ConfigFields fields, bool isV4)
    {
        string family = isV4 ? "" : "IPv6";
        if (ReadNetwork(fields, family + "Network", isV4) is not { } network)
            return null;
        if (ReadLength(fields, family, network, isV4) is not { } length)
            return null;
        UInt128 first = AddressMath.Number(network.Address);
        UInt128 size = AddressMath.Size(length, isV4);
        UInt128 count = UInt128.One << (length - network.Length);
        IPAddress min = AddressMath.Address(first + size, isV4);
        IPAddress max = AddressMath.Address(first + ((count - UInt128.One) * size), isV4);
        bool isRight = ReadBound(fields, family + "SubnetMin", network, length, ref min)
            & ReadBound(fields, family + "SubnetMax", network, length, ref max);
        if (isRight && AddressMath.Number(min) > AddressMath.Number(max))
        {
            fields.Complain(family + "SubnetMin", $"{min} comes after {family}SubnetMax {max}: no subnet is left");
            isRight = false;
        }

        return isRight ? new SubnetSpace(network, length, min, max) : null;
    }

    private static IpPrefix? ReadNetwork(ConfigFields fields, string name, bool isV4)
    {
        string example = isV4 ? "10.1.0.0/16" : "fd00:1::/48";
        string family = isV4 ? "IPv4" : "IPv6";
        string? text = fields.Text(name, $"is missing; an {family} network such as {example}");
        if (text is null)
            return null;
        IpPrefix? network = AddressMath.ReadPrefix(text);
        if (network is null || AddressMath.IsV4(network.Address) != isV4)
        {
            fields.Complain(name, $"\"{text}\" is no {family} network such as {example}");
            return null;
        }

        if (network.Length == 0 || !IsUsable(network.Address))
        {
            fields.Complain(name, $"{network} cannot be routed between machines; take a private one such as {example}");
            return null;
        }

        return network;
    }

    private static int? ReadLength(ConfigFields fields, string family, IpPrefix network, bool isV4)
    {
        int longest = AddressMath.Bits(isV4) - 2;
        if (network.Length + 2 > longest)
        {
            fields.Complain(family + "Network",
                $"{network} is too small: four subnets of four addresses need a /{longest - 2} or larger");
            return null;
        }

        int usual = isV4 ? 24 : 64;
        int length = fields.Number(family + "SubnetLen", 0, 0, AddressMath.Bits(isV4)) ?? -1;
        if (length == 0)
            return network.Length <= usual - 2 ? usual : network.Length + 2;
        if (length > longest)
        {
            fields.Complain(
                family + "SubnetLen", $"{length} leaves a machine less than four addresses; at most {longest}");
        }
        else if (length >= 0 && length < network.Length + 2)
        {
            fields.Complain(
                family + "SubnetLen",
                $"{length} leaves less than four subnets in {network}; at least {network.Length + 2}");
        }
        else if (length > 0)
            return length;
        return null;
    }

    private static bool ReadBound(ConfigFields fields, string name, IpPrefix network, int length, ref IPAddress bound)
    {
        string? text = fields.Text(name);
        if (text is null)
            return true;
        IPAddress? address = AddressMath.ReadAddress(text);
        string? problem = address is null ? $"\"{text}\" is no address"
            : !network.Contains(address) ? $"{address} is not in {network}"
            : !AddressMath.IsAligned(new IpPrefix(address, length)) ? $"{address} is not where a /{length} begins"
            : null;
        if (problem is not null)
        {
            fields.Complain(name, problem);
            return false;
        }

        bound = address!;
        return true;
    }

    // Neither loopback nor multicast nor of one link only.
    internal static bool IsUsable(IPAddress address)
    {
        UInt128 number = AddressMath.Number(address);
        if (AddressMath.IsV4(address))
        {
            uint high = (uint)(number >> 24);
            return high is not 0 and not 127 and < 224 && (uint)(number >> 16) != 0xA9FE;
        }

        uint top = (uint)(number >> 112);
        return top != 0 && top is < 0xFE80 and < 0xFF00;
    }
}
