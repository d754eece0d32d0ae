using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>What only this machine and the other networks can say about a configuration. Pure.</summary>
public static class ConfigCheck
{
    /// <summary>Fields that take addresses of another network, or the device of one.</summary>
    /// <param name="config">What is asked about.</param>
    /// <param name="name">The other network.</param>
    /// <param name="other">How that is configured.</param>
    public static IReadOnlyList<ConfigProblem> Against(OverlayConfig config, string name, OverlayConfig other)
    {
        List<ConfigProblem> problems = [];
        string which = name.Length == 0 ? "the network without a name" : $"network {name}";
        Compare(config.V4, other.V4, "Network", which, problems);
        Compare(config.V6, other.V6, "IPv6Network", which, problems);
        if (config.Backend.Kind == BackendKind.Vxlan && other.Backend.Kind == BackendKind.Vxlan
            && config.Backend.Vni == other.Backend.Vni)
        {
            problems.Add(
                new ConfigProblem("Backend.VNI", $"{config.Backend.Vni} is that of {which}; take another one"));
        }

        return problems;
    }

    /// <summary>Fields that take addresses which a machine already has on its interfaces.</summary>
    /// <param name="config">What is asked about.</param>
    /// <param name="interfaces">Those of the machine.</param>
    /// <param name="own">What it has leased: bridges of containers may be there.</param>
    public static IReadOnlyList<ConfigProblem> Against(
        OverlayConfig config, IReadOnlyList<InterfaceFacts> interfaces, LeaseSubnets? own)
    {
        List<ConfigProblem> problems = [];
        foreach (InterfaceFacts one in interfaces)
        {
            if (one.Name.StartsWith("flannel.", StringComparison.Ordinal)
                || one.Name.StartsWith("flannel-v6.", StringComparison.Ordinal))
                continue;
            foreach (IpPrefix address in one.Addresses)
            {
                SubnetSpace? space = address.IsIPv6 ? config.V6 : config.V4;
                IpPrefix? leased = address.IsIPv6 ? own?.V6 : own?.V4;
                if (space is null || !space.Network.Overlaps(address)
                    || (leased is not null && AddressMath.Contains(leased, address)))
                    continue;
                problems.Add(new ConfigProblem(
                    address.IsIPv6 ? "IPv6Network" : "Network",
                    $"{space.Network} overlaps with {address.Network} of interface {one.Name}: "
                    + "what goes there now would go into the overlay"));
            }
        }

        return problems;
    }

    private static void Compare(
        SubnetSpace? one, SubnetSpace? other, string field, string which, List<ConfigProblem> problems)
    {
        if (one is not null && other is not null && one.Network.Overlaps(other.Network))
            problems.Add(new ConfigProblem(field, $"{one.Network} overlaps with {other.Network} of {which}"));
    }
}
