using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>Requests of rtnetlink(7) as bytes. Devices are named where the kernel takes names.</summary>
internal static class RouteMessages
{
    private const ushort New = Netlink.Ack | Netlink.Create | Netlink.Exclusive;
    private const ushort Put = Netlink.Ack | Netlink.Create | Netlink.Replace;

    /// <summary>
    /// Three messages that make a device, keep the kernel from giving it IPv6 addresses by itself (which it would also
    /// look for duplicates of) and take it up. The second may fail: where there is no IPv6.
    /// </summary>
    public static void AddVxlan(MessageWriter messages, VxlanLink link)
    {
        Link(messages, Netlink.NewLink, New, 0, 0);
        messages.Text(Netlink.LinkName, link.Name).Attribute32(Netlink.LinkMtu, (uint)link.Mtu);
        if (link.Mac is not null)
            messages.Mac(Netlink.LinkMac, link.Mac);
        int info = messages.Open(Netlink.LinkInfo);
        messages.Text(Netlink.InfoKind, LinkEntry.VxlanKind);
        int data = messages.Open(Netlink.InfoData);
        messages.Attribute32(Netlink.VxlanId, (uint)link.Vni);
        if (link.UnderlyingIndex != 0)
            messages.Attribute32(Netlink.VxlanLink, (uint)link.UnderlyingIndex);
        messages.Address(IpPrefix.IsOfIPv6(link.Local) ? Netlink.VxlanLocal6 : Netlink.VxlanLocal, link.Local)
            .Attribute8(Netlink.VxlanLearning, link.IsLearning ? (byte)1 : (byte)0)
            .AttributeBig16(Netlink.VxlanPort, (ushort)link.Port);
        if (link.IsGbp)
            messages.Attribute(Netlink.VxlanGbp, []);
        messages.Close(data).Close(info);

        Link(messages, Netlink.NewLink, Netlink.Ack, 0, 0).Text(Netlink.LinkName, link.Name);
        int families = messages.Open(Netlink.LinkOfFamilies);
        int six = messages.Open(Netlink.IPv6);
        messages.Attribute8(Netlink.AddressMode, Netlink.NoAddresses).Close(six).Close(families);
        SetUp(messages, link.Name);
    }

    public static void SetUp(MessageWriter messages, string name) =>
        Link(messages, Netlink.NewLink, Netlink.Ack, Netlink.IsUp, Netlink.IsUp).Text(Netlink.LinkName, name);

    public static void SetMtu(MessageWriter messages, string name, int mtu) =>
        Link(messages, Netlink.NewLink, Netlink.Ack, 0, 0).Text(Netlink.LinkName, name)
            .Attribute32(Netlink.LinkMtu, (uint)mtu);

    public static void RemoveLink(MessageWriter messages, string name) =>
        Link(messages, Netlink.RemoveLink, Netlink.Ack, 0, 0).Text(Netlink.LinkName, name);

    public static void GetLink(MessageWriter messages, string name) =>
        Link(messages, Netlink.GetLink, Netlink.Ack, 0, 0).Text(Netlink.LinkName, name)
            .Attribute32(Netlink.LinkMask, Netlink.SkipStatistics);

    public static void GetLink(MessageWriter messages, int index) =>
        messages.Begin(Netlink.GetLink, Netlink.Ack).Fixed(0, 0, 0, 0).Fixed32((uint)index).Fixed32(0).Fixed32(0)
            .Attribute32(Netlink.LinkMask, Netlink.SkipStatistics);

    public static void DumpLinks(MessageWriter messages) =>
        Link(messages, Netlink.GetLink, Netlink.Dump, 0, 0).Attribute32(Netlink.LinkMask, Netlink.SkipStatistics);

    /// <summary>An address; not one that others are asked about first (IPv6).</summary>
    public static void AddAddress(MessageWriter messages, IpPrefix address, int device)
    {
        Address(messages, Netlink.NewAddress, New, address, device);
        if (address.IsIPv6)
            messages.Attribute32(Netlink.AddressFlags, Netlink.NoDuplicateDetection);
    }

    public static void RemoveAddress(MessageWriter messages, IpPrefix address, int device) =>
        Address(messages, Netlink.RemoveAddress, Netlink.Ack, address, device);

    public static void DumpAddresses(MessageWriter messages) =>
        messages.Begin(Netlink.GetAddress, Netlink.Dump).Fixed(0, 0, 0, 0).Fixed32(0);

    /// <summary>A route that fails if there is one with this destination.</summary>
    public static void AddRoute(MessageWriter messages, NetworkRoute route, int device) =>
        Route(messages, Netlink.NewRoute, New, route, device);

    /// <summary>A route in place of whichever has this destination.</summary>
    public static void ReplaceRoute(MessageWriter messages, NetworkRoute route, int device) =>
        Route(messages, Netlink.NewRoute, Put, route, device);

    public static void RemoveRoute(MessageWriter messages, NetworkRoute route, int device) =>
        Route(messages, Netlink.RemoveRoute, Netlink.Ack, route, device);

    /// <summary>The main table's routes of one family; of one maker, where the kernel can choose.</summary>
    public static void DumpRoutes(MessageWriter messages, bool isIPv6, byte protocol) =>
        messages.Begin(Netlink.GetRoute, Netlink.Dump)
            .Fixed(Family(isIPv6), 0, 0, 0, Netlink.MainTable, protocol, 0, 0).Fixed32(0);

    /// <summary>Which way packets to an address go.</summary>
    public static void GetRoute(MessageWriter messages, IPAddress destination)
    {
        bool isIPv6 = IpPrefix.IsOfIPv6(destination);
        messages.Begin(Netlink.GetRoute, Netlink.Ack)
            .Fixed(Family(isIPv6), isIPv6 ? (byte)128 : (byte)32, 0, 0, 0, 0, 0, 0).Fixed32(0)
            .Address(Netlink.RouteTo, destination);
    }

    public static void PutNeighbour(MessageWriter messages, Neighbour neighbour, int device) =>
        NeighbourHead(messages, Netlink.NewNeighbour, Put, Family(IpPrefix.IsOfIPv6(neighbour.Address)), device,
            Netlink.Permanent, 0)
            .Address(Netlink.NeighbourAddress, neighbour.Address).Mac(Netlink.NeighbourMac, neighbour.Mac);

    public static void RemoveNeighbour(MessageWriter messages, Neighbour neighbour, int device) =>
        NeighbourHead(messages, Netlink.RemoveNeighbour, Netlink.Ack, Family(IpPrefix.IsOfIPv6(neighbour.Address)),
            device, 0, 0)
            .Address(Netlink.NeighbourAddress, neighbour.Address);

    public static void DumpNeighbours(MessageWriter messages, bool isIPv6, int device) =>
        NeighbourHead(messages, Netlink.GetNeighbour, Netlink.Dump, Family(isIPv6), 0, 0, 0)
            .Attribute32(Netlink.NeighbourDevice, (uint)device);

    public static void PutForwarding(MessageWriter messages, Forwarding forwarding, int device) =>
        NeighbourHead(messages, Netlink.NewNeighbour, Put, Netlink.Bridge, device, Netlink.Permanent, Netlink.OnSelf)
            .Address(Netlink.NeighbourAddress, forwarding.To).Mac(Netlink.NeighbourMac, forwarding.Mac);

    public static void RemoveForwarding(MessageWriter messages, Forwarding forwarding, int device) =>
        NeighbourHead(messages, Netlink.RemoveNeighbour, Netlink.Ack, Netlink.Bridge, device, 0, Netlink.OnSelf)
            .Address(Netlink.NeighbourAddress, forwarding.To).Mac(Netlink.NeighbourMac, forwarding.Mac);

    public static void DumpForwardings(MessageWriter messages, int device) =>
        NeighbourHead(messages, Netlink.GetNeighbour, Netlink.Dump, Netlink.Bridge, device, 0, 0);

    /// <summary>The family's number.</summary>
    public static byte Family(bool isIPv6) => isIPv6 ? Netlink.IPv6 : Netlink.IPv4;

    // struct ifinfomsg: family, padding, type, index, flags, which flags.
    private static MessageWriter Link(MessageWriter messages, ushort type, ushort flags, uint state, uint which) =>
        messages.Begin(type, flags).Fixed(0, 0, 0, 0).Fixed32(0).Fixed32(state).Fixed32(which);

    // struct ifaddrmsg: family, length, flags, scope, device.
    private static void Address(MessageWriter messages, ushort type, ushort flags, IpPrefix address, int device) =>
        messages.Begin(type, flags).Fixed(Family(address.IsIPv6), (byte)address.Length, 0, 0).Fixed32((uint)device)
            .Address(Netlink.AddressLocal, address.Address).Address(Netlink.AddressItself, address.Address);

    // struct rtmsg: family, lengths of destination and source, service, table, maker, scope, kind, flags.
    private static void Route(MessageWriter messages, ushort type, ushort flags, NetworkRoute route, int device)
    {
        byte scope = route.Via is null && !route.To.IsIPv6 ? Netlink.ScopeOfLink : (byte)0;
        messages.Begin(type, flags)
            .Fixed(Family(route.To.IsIPv6), (byte)route.To.Length, 0, 0)
            .Fixed(Netlink.MainTable, Netlink.OwnProtocol, scope, Netlink.Unicast)
            .Fixed32(route.IsOnLink ? Netlink.OnLink : 0)
            .Address(Netlink.RouteTo, route.To.Address).Attribute32(Netlink.RouteDevice, (uint)device);
        if (route.Via is not null)
            messages.Address(Netlink.RouteGateway, route.Via);
    }

    // struct ndmsg: family, padding, device, state, flags, type.
    private static MessageWriter NeighbourHead(
        MessageWriter messages, ushort type, ushort flags, byte family, int device, ushort state, byte where) =>
        messages.Begin(type, flags).Fixed(family, 0, 0, 0).Fixed32((uint)device).Fixed16(state).Fixed(where, 0);
}
