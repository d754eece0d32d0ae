namespace CoreNode.Overlay.Links;

/// <summary>Numbers of linux/netlink.h, rtnetlink.h, if_link.h, neighbour.h and if_addr.h.</summary>
internal static class Netlink
{
    public const int HeaderBytes = 16;

    public const ushort Error = 2;
    public const ushort Done = 3;

    public const ushort Request = 1;
    public const ushort Ack = 4;
    public const ushort DumpInterrupted = 0x10;
    public const ushort Capped = 0x100;
    public const ushort HasTexts = 0x200;
    public const ushort Replace = 0x100;
    public const ushort Exclusive = 0x200;
    public const ushort Create = 0x400;
    public const ushort Dump = 0x300;
    public const ushort Append = 0x800;

    public const ushort Nested = 0x8000;
    public const ushort TypeMask = 0x3fff;

    public const int ErrorText = 1;

    public const byte IPv4 = 2;
    public const byte Bridge = 7;
    public const byte IPv6 = 10;

    public const ushort NewLink = 16;
    public const ushort RemoveLink = 17;
    public const ushort GetLink = 18;
    public const ushort NewAddress = 20;
    public const ushort RemoveAddress = 21;
    public const ushort GetAddress = 22;
    public const ushort NewRoute = 24;
    public const ushort RemoveRoute = 25;
    public const ushort GetRoute = 26;
    public const ushort NewNeighbour = 28;
    public const ushort RemoveNeighbour = 29;
    public const ushort GetNeighbour = 30;

    public const int LinkBytes = 16;
    public const int AddressBytes = 8;
    public const int RouteBytes = 12;
    public const int NeighbourBytes = 12;

    public const uint IsUp = 1;

    public const int LinkMac = 1;
    public const int LinkName = 3;
    public const int LinkMtu = 4;
    public const int LinkInfo = 18;
    public const int LinkOfFamilies = 26;
    public const int LinkMask = 29;
    public const uint SkipStatistics = 8;
    public const int InfoKind = 1;
    public const int InfoData = 2;
    public const int AddressMode = 8;
    public const byte NoAddresses = 1;

    public const int VxlanId = 1;
    public const int VxlanGroup = 2;
    public const int VxlanLink = 3;
    public const int VxlanLocal = 4;
    public const int VxlanLearning = 7;
    public const int VxlanPort = 15;
    public const int VxlanGroup6 = 16;
    public const int VxlanLocal6 = 17;
    public const int VxlanGbp = 23;
    public const int VxlanMetadata = 25;

    public const int AddressItself = 1;
    public const int AddressLocal = 2;
    public const int AddressFlags = 8;
    public const uint NoDuplicateDetection = 2;

    public const int RouteTo = 1;
    public const int RouteDevice = 4;
    public const int RouteGateway = 5;
    public const int RoutePriority = 6;
    public const int RouteSource = 7;
    public const int RouteMultipath = 9;
    public const int RouteTable = 15;
    public const byte MainTable = 254;
    public const byte Unicast = 1;
    public const byte ScopeOfLink = 253;
    public const uint OnLink = 4;

    /// <summary>Metric of IPv6 routes without one.</summary>
    public const uint UsualMetric6 = 1024;

    /// <summary>
    /// Who made a route, as the kernel keeps it with each: CoreNode. Not a number of /etc/iproute2/rt_protos.
    /// </summary>
    public const byte OwnProtocol = 110;

    public const int NeighbourAddress = 1;
    public const int NeighbourMac = 2;
    public const int NeighbourDevice = 8;
    public const ushort Incomplete = 0x01;
    public const ushort Failed = 0x20;
    public const ushort Permanent = 0x80;
    public const byte OnSelf = 2;

    // Multicast groups (rtnetlink.h, nfnetlink.h).
    public const int GroupLink = 1;
    public const int GroupNeighbour = 3;
    public const int GroupAddress4 = 5;
    public const int GroupRoute4 = 7;
    public const int GroupAddress6 = 9;
    public const int GroupRoute6 = 11;
    public const int GroupTables = 7;
}
