using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>
/// What the kernel is to have for a network: flannel's scheme of 2017. For each peer a route to its subnet by way of
/// the subnet's own first address, a permanent neighbour for that address, and where its device is. Pure.
/// </summary>
public static class WantedNetwork
{
    private const int OverheadV4 = 50;
    private const int OverheadV6 = 70;

    /// <summary>Everything for one network.</summary>
    /// <param name="config">The network.</param>
    /// <param name="own">This machine.</param>
    /// <param name="leased">Its lease; null without one: then it has no address there, and peers stay.</param>
    /// <param name="peers">The others, judged.</param>
    /// <param name="firewall">The rules of all networks.</param>
    public static NetworkState Of(
        OverlayConfig config, OwnMachine own, LeaseSubnets? leased, IReadOnlyList<OverlayPeer> peers,
        FirewallRules? firewall)
    {
        BackendConfig backend = config.Backend;
        List<VxlanLink> links = [];
        List<LinkAddress> addresses = [];
        if (backend.Kind == BackendKind.Vxlan)
        {
            if (config.V4 is not null)
                AddLink(links, addresses, own, backend, leased?.V4, true);
            if (config.V6 is not null)
                AddLink(links, addresses, own, backend, leased?.V6, false);
        }

        List<NetworkRoute> routes = new(peers.Count);
        List<Neighbour> neighbours = new(peers.Count);
        List<Forwarding> forwardings = new(peers.Count);
        foreach (OverlayPeer peer in peers)
        {
            if (peer.Problem.Length > 0 || peer.Entry is not { Subnets: { } subnets, Value: { } value })
                continue;
            if (config.V4 is not null && subnets.V4 is not null && value.PublicV4 is not null)
                AddPeer(subnets.V4, value.PublicV4, value.MacV4, backend.Link);
            if (config.V6 is not null && subnets.V6 is not null && value.PublicV6 is not null)
                AddPeer(subnets.V6, value.PublicV6, value.MacV6, backend.LinkV6);
        }

        bool isRouted = backend.Kind != BackendKind.Allocate;
        return new NetworkState(links, addresses, routes, neighbours, forwardings, firewall)
        {
            ForwardsIPv4 = isRouted && config.V4 is not null,
            ForwardsIPv6 = isRouted && config.V6 is not null,
        };

        void AddPeer(IpPrefix subnet, IPAddress address, MacAddress? mac, string link)
        {
            bool isDirect = backend.Kind == BackendKind.HostGateway
                || (backend.HasDirectRouting && PeerRules.IsDirect(own.Below, address));
            if (isDirect)
            {
                routes.Add(new NetworkRoute(subnet, address, own.Below.Name, false));
            }
            else if (backend.Kind == BackendKind.Vxlan && mac is not null)
            {
                routes.Add(new NetworkRoute(subnet, subnet.Address, link, true));
                neighbours.Add(new Neighbour(link, subnet.Address, mac));
                forwardings.Add(new Forwarding(link, mac, address));
            }
        }
    }

    /// <summary>Most bytes of a packet of a container, over all families of the network.</summary>
    public static int Mtu(OverlayConfig config, InterfaceFacts below) =>
        config.Backend.Kind != BackendKind.Vxlan ? below.Mtu : Mtu(config.Backend, below, config.V6 is null);

    private static int Mtu(BackendConfig backend, InterfaceFacts below, bool isV4) =>
        Math.Min(backend.Mtu ?? below.Mtu, below.Mtu) - (isV4 ? OverheadV4 : OverheadV6);

    private static void AddLink(
        List<VxlanLink> links, List<LinkAddress> addresses, OwnMachine own, BackendConfig backend, IpPrefix? leased,
        bool isV4)
    {
        string name = isV4 ? backend.Link : backend.LinkV6;
        links.Add(new VxlanLink(
            name, backend.Vni, backend.Port, (isV4 ? own.LocalV4 : own.LocalV6)!, own.Below.Index,
            Mtu(backend, own.Below, isV4), isV4 ? own.Value.MacV4 : own.Value.MacV6, backend.IsLearning,
            backend.HasGroupPolicy));
        // With a length of its own no route to a whole network comes with it.
        if (leased is not null)
            addresses.Add(new LinkAddress(name, new IpPrefix(leased.Address, leased.MostBits)));
    }
}
