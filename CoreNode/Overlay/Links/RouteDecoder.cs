using System.Net;
using System.Runtime.InteropServices;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>What rtnetlink(7) tells, as values. Null: cut off, or nothing that is looked for.</summary>
internal static class RouteDecoder
{
    /// <summary>A network device.</summary>
    public static LinkEntry? Link(ReadOnlySpan<byte> body)
    {
        if (body.Length < Netlink.LinkBytes || body[0] != 0)
            return null;
        int index = MemoryMarshal.Read<int>(body[4..]);
        bool isUp = (MemoryMarshal.Read<uint>(body[8..]) & Netlink.IsUp) != 0;
        string name = "", kind = "";
        int mtu = 0;
        MacAddress? mac = null;
        ReadOnlySpan<byte> data = default;
        AttributeReader attributes = new(body[Netlink.LinkBytes..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Netlink.LinkName:
                    name = attributes.Text;
                    break;
                case Netlink.LinkMtu:
                    mtu = attributes.Signed;
                    break;
                case Netlink.LinkMac when attributes.Value.Length == MacAddress.ByteCount:
                    mac = MacAddress.FromBytes(attributes.Value);
                    break;
                case Netlink.LinkInfo:
                    AttributeReader info = new(attributes.Value);
                    while (info.Next())
                    {
                        if (info.Type == Netlink.InfoKind)
                            kind = info.Text;
                        else if (info.Type == Netlink.InfoData)
                            data = info.Value;
                    }

                    break;
            }
        }

        VxlanLink? vxlan = kind == LinkEntry.VxlanKind
            ? Vxlan(data, new VxlanLink(name, 0, 0, IPAddress.Any, 0, mtu, mac, false, false) { IsUp = isUp }) : null;
        return new LinkEntry(index, name, kind, mtu, isUp, vxlan);
    }

    /// <summary>An address of a device: its number and the address.</summary>
    public static AddressEntry? Address(ReadOnlySpan<byte> body)
    {
        if (body.Length < Netlink.AddressBytes)
            return null;
        IPAddress? own = null, other = null;
        AttributeReader attributes = new(body[Netlink.AddressBytes..]);
        while (attributes.Next())
        {
            if (attributes.Type == Netlink.AddressLocal)
                own = attributes.Address;
            else if (attributes.Type == Netlink.AddressItself)
                other = attributes.Address;
        }

        // Of a link between two the second is the other end's, where there is a first.
        return (own ?? other) is { } address
            ? new AddressEntry(MemoryMarshal.Read<int>(body[4..]), new IpPrefix(address, body[1])) : null;
    }

    /// <summary>A route of the main table.</summary>
    public static RouteEntry? Route(ReadOnlySpan<byte> body)
    {
        if (body.Length < Netlink.RouteBytes)
            return null;
        bool isIPv6 = body[0] == Netlink.IPv6;
        IPAddress to = isIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        IPAddress? via = null;
        int device = 0;
        uint table = body[4], metric = 0;
        bool isPlain = true;
        AttributeReader attributes = new(body[Netlink.RouteBytes..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Netlink.RouteTo:
                    to = attributes.Address ?? to;
                    break;
                case Netlink.RouteGateway:
                    via = attributes.Address;
                    break;
                case Netlink.RouteDevice:
                    device = attributes.Signed;
                    break;
                case Netlink.RoutePriority:
                    metric = attributes.Number;
                    break;
                case Netlink.RouteTable:
                    table = attributes.Number;
                    break;
                case Netlink.RouteMultipath:
                    isPlain = false;
                    break;
            }
        }

        if (table != Netlink.MainTable || isIPv6 != IpPrefix.IsOfIPv6(to))
            return null;
        bool isUsual = isPlain && body[3] == 0 && metric == (isIPv6 ? Netlink.UsualMetric6 : 0);
        bool isOnLink = (MemoryMarshal.Read<uint>(body[8..]) & Netlink.OnLink) != 0;
        return new RouteEntry(new IpPrefix(to, body[1]), via, device, body[5], isOnLink, isUsual);
    }

    /// <summary>The source address of a route that was looked up.</summary>
    public static IPAddress? Source(ReadOnlySpan<byte> body)
    {
        IPAddress? source = null;
        AttributeReader attributes = new(body.Length < Netlink.RouteBytes ? body : body[Netlink.RouteBytes..]);
        while (attributes.Next())
            source = attributes.Type == Netlink.RouteSource ? attributes.Address : source;
        return source;
    }

    /// <summary>A permanent neighbour on a device of that number.</summary>
    public static Neighbour? Neighbour(ReadOnlySpan<byte> body, int device, string name) =>
        NeighbourParts(body, device, isBridge: false, out IPAddress? address, out MacAddress? mac)
            ? new Neighbour(name, address!, mac!) : null;

    /// <summary>A permanent forwarding of a device of that number.</summary>
    public static Forwarding? Forwarding(ReadOnlySpan<byte> body, int device, string name) =>
        NeighbourParts(body, device, isBridge: true, out IPAddress? address, out MacAddress? mac)
            ? new Forwarding(name, mac!, address!) : null;

    private static bool NeighbourParts(
        ReadOnlySpan<byte> body, int device, bool isBridge, out IPAddress? address, out MacAddress? mac)
    {
        address = null;
        mac = null;
        if (body.Length < Netlink.NeighbourBytes || (body[0] == Netlink.Bridge) != isBridge
            || MemoryMarshal.Read<int>(body[4..]) != device
            || (MemoryMarshal.Read<ushort>(body[8..]) & Netlink.Permanent) == 0)
            return false;
        AttributeReader attributes = new(body[Netlink.NeighbourBytes..]);
        while (attributes.Next())
        {
            if (attributes.Type == Netlink.NeighbourAddress)
                address = attributes.Address;
            else if (attributes.Type == Netlink.NeighbourMac && attributes.Value.Length == MacAddress.ByteCount)
                mac = MacAddress.FromBytes(attributes.Value);
        }

        return address is not null && mac is not null;
    }

    private static VxlanLink Vxlan(ReadOnlySpan<byte> data, VxlanLink link)
    {
        AttributeReader attributes = new(data);
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                Netlink.VxlanId => link with { Vni = attributes.Signed },
                Netlink.VxlanPort => link with { Port = (int)(attributes.BigNumber & ushort.MaxValue) },
                Netlink.VxlanLink => link with { UnderlyingIndex = attributes.Signed },
                Netlink.VxlanLocal or Netlink.VxlanLocal6 => link with { Local = attributes.Address ?? link.Local },
                Netlink.VxlanLearning => link with { IsLearning = attributes.Value is [not 0, ..] },
                Netlink.VxlanGbp => link with { IsGbp = true },
                Netlink.VxlanGroup or Netlink.VxlanGroup6 => link with { IsStrange = true },
                Netlink.VxlanMetadata => link with { IsStrange = attributes.Value is [not 0, ..] || link.IsStrange },
                _ => link,
            };
        }

        return link;
    }
}
