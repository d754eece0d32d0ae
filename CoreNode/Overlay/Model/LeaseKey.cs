using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>
/// Names of leases: "10.1.15.0-24", "10.1.15.0-24&amp;fd00:1:0:7::-64" for both families, and with "0.0.0.0-0" in front
/// of IPv6 alone, as flannel's code makes them. Another spelling of the same subnet is refused: two keys must not mean
/// one subnet. Pure.
/// </summary>
public static class LeaseKey
{
    private const string NoV4 = "0.0.0.0-0";

    /// <summary>The name.</summary>
    public static string Write(LeaseSubnets subnets)
    {
        string v4 = subnets.V4 is null ? NoV4 : Part(subnets.V4);
        return subnets.V6 is null ? v4 : $"{v4}&{Part(subnets.V6)}";
    }

    /// <summary>Reads one; null and what is wrong with it for what is none.</summary>
    public static LeaseSubnets? Read(string name, out string problem)
    {
        int and = name.IndexOf('&');
        string first = and < 0 ? name : name[..and];
        IpPrefix? v4 = first == NoV4 && and >= 0 ? null : ReadPart(first, true);
        IpPrefix? v6 = and < 0 ? null : ReadPart(name[(and + 1)..], false);
        problem = "";
        if ((v4 is null && first != NoV4) || (and >= 0 && v6 is null) || (v4 is null && v6 is null))
        {
            problem = "its key names no subnet such as 10.1.15.0-24";
            return null;
        }

        LeaseSubnets subnets = new(v4, v6);
        if (Write(subnets) == name)
            return subnets;
        problem = $"its key should be {Write(subnets)}";
        return null;
    }

    private static string Part(IpPrefix subnet) => $"{subnet.Address}-{subnet.Length}";

    private static IpPrefix? ReadPart(string text, bool isV4)
    {
        int dash = text.LastIndexOf('-');
        if (dash < 0 || AddressMath.ReadAddress(text[..dash]) is not { } address || AddressMath.IsV4(address) != isV4)
            return null;
        int length = AddressMath.ReadNumber(text[(dash + 1)..]) ?? -1;
        if (length < 1 || length > AddressMath.Bits(isV4))
            return null;
        IpPrefix subnet = new(address, length);
        return AddressMath.IsAligned(subnet) ? subnet : null;
    }
}
