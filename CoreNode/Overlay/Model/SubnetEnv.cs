using System.Globalization;
using System.Text;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>What containers of this machine have to know, as flannel's subnet.env says it. Text both ways.</summary>
/// <param name="NetworkV4">The whole network; null without IPv4.</param>
/// <param name="NetworkV6">The same of IPv6.</param>
/// <param name="Subnets">This machine's part.</param>
/// <param name="Mtu">Most bytes of a packet.</param>
/// <param name="IsMasqueraded">What leaves the network gets the machine's address.</param>
public sealed record SubnetEnv(
    IpPrefix? NetworkV4, IpPrefix? NetworkV6, LeaseSubnets Subnets, int Mtu, bool IsMasqueraded)
{
    /// <summary>This machine's bridge: the first address of its subnet.</summary>
    public IpPrefix? BridgeV4 => First(Subnets.V4);

    /// <summary>The same of IPv6.</summary>
    public IpPrefix? BridgeV6 => First(Subnets.V6);

    /// <summary>The text, line by line as flannel writes it.</summary>
    public string Write()
    {
        StringBuilder text = new();
        if (BridgeV4 is { } v4)
            text.Append($"FLANNEL_NETWORK={NetworkV4}\nFLANNEL_SUBNET={v4}\n");
        if (BridgeV6 is { } v6)
            text.Append($"FLANNEL_IPV6_NETWORK={NetworkV6}\nFLANNEL_IPV6_SUBNET={v6}\n");
        text.Append(CultureInfo.InvariantCulture, $"FLANNEL_MTU={Mtu}\n");
        text.Append(IsMasqueraded ? "FLANNEL_IPMASQ=true\n" : "FLANNEL_IPMASQ=false\n");
        return text.ToString();
    }

    /// <summary>Reads what any flannel or this wrote; null where no subnet is in it.</summary>
    public static SubnetEnv? Read(string text)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            int equal = line.IndexOf('=');
            if (equal > 0)
                values[line[..equal].Trim()] = line[(equal + 1)..].Trim().Trim('"');
        }

        IpPrefix? v4 = Prefix("FLANNEL_SUBNET");
        IpPrefix? v6 = Prefix("FLANNEL_IPV6_SUBNET");
        if (v4 is null && v6 is null)
            return null;
        _ = int.TryParse(
            values.GetValueOrDefault("FLANNEL_MTU"), NumberStyles.None, CultureInfo.InvariantCulture, out int mtu);
        return new SubnetEnv(
            Prefix("FLANNEL_NETWORK"), Prefix("FLANNEL_IPV6_NETWORK"), new LeaseSubnets(v4, v6), mtu,
            values.GetValueOrDefault("FLANNEL_IPMASQ") == "true");

        IpPrefix? Prefix(string name) => AddressMath.ReadPrefix(values.GetValueOrDefault(name));
    }

    private static IpPrefix? First(IpPrefix? subnet) =>
        subnet is null ? null : new IpPrefix(AddressMath.Plus(subnet.Address, 1), subnet.Length);
}
