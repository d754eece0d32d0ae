using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace CoreNode.Platform;

/// <summary>Which of its addresses a machine is best told to others by.</summary>
/// <param name="Address">The address.</param>
/// <param name="Reason">Why this one, for the log.</param>
public sealed record OwnAddress(IPAddress Address, string Reason)
{
    // RFC 1112 and 3849: addresses that nobody has, so only a default route leads there. Nothing is sent. Not those
    // that are for documents (RFC 5737): laboratories use them.
    private static readonly IPAddress s_anywhere = IPAddress.Parse("240.0.0.1");
    private static readonly IPAddress s_anywhereV6 = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress s_anywherePrivate = IPAddress.Parse("fdff:ffff:ffff:ffff::1");

    /// <summary>
    /// The address from which the default route leaves, IPv4 first; else the first that is not of this machine or
    /// link alone; null if there is none.
    /// </summary>
    /// <param name="allowsIPv6">Also IPv6 addresses.</param>
    public static OwnAddress? Find(bool allowsIPv6)
    {
        if (SourceFor(s_anywhere) is { } address || (allowsIPv6 && (address = SourceFor(s_anywhereV6)!) is not null))
            return new OwnAddress(address, "the default route leaves from it");
        foreach (NetworkInterface device in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (device.OperationalStatus == OperationalStatus.Down)
                continue;
            IPAddress? global = device.GetIPProperties().UnicastAddresses.Select(one => one.Address)
                .FirstOrDefault(one => IsGlobal(one)
                    && (allowsIPv6 || one.AddressFamily == AddressFamily.InterNetwork));
            if (global is not null)
                return new OwnAddress(global, $"there is no default route; it is the first one, of {device.Name}");
        }

        return null;
    }

    /// <summary>
    /// The machine's own IPv6 addresses, one that everybody reaches and one of a private network (RFC 4193): those that
    /// the kernel would leave from towards such addresses, or else the first ones that are there. Null: none.
    /// </summary>
    public static (IPAddress? Public, IPAddress? Private) FindIPv6() => ChooseIPv6(SourceFor, AllAddresses);

    /// <summary>The same, told what the kernel says and which addresses there are. Pure.</summary>
    /// <param name="sourceFor">The address that the kernel leaves from towards another; null: no way.</param>
    /// <param name="all">All addresses, asked for only where the kernel has no way.</param>
    public static (IPAddress? Public, IPAddress? Private) ChooseIPv6(
        Func<IPAddress, IPAddress?> sourceFor, Func<IReadOnlyList<IPAddress>> all)
    {
        List<IPAddress> found = [];
        foreach (IPAddress target in (ReadOnlySpan<IPAddress>)[s_anywhereV6, s_anywherePrivate])
        {
            if (sourceFor(target) is { } source)
                found.Add(source);
        }

        if (found.Count == 0)
            found.AddRange(all());
        return (
            found.Find(static one => !one.IsIPv6UniqueLocal && (one.GetAddressBytes()[0] & 0xE0) == 0x20),
            found.Find(static one => one.IsIPv6UniqueLocal));
    }

    private static List<IPAddress> AllAddresses()
    {
        List<IPAddress> all = [];
        foreach (NetworkInterface device in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (device.OperationalStatus == OperationalStatus.Down)
                continue;
            foreach (UnicastIPAddressInformation one in device.GetIPProperties().UnicastAddresses)
            {
                if (one.Address.AddressFamily == AddressFamily.InterNetworkV6)
                    all.Add(one.Address);
            }
        }

        return all;
    }

    /// <summary>
    /// The first address of a network interface, IPv4 first; null if it is not there, has none, or this process may not
    /// look (without netlink sockets).
    /// </summary>
    public static IPAddress? OfDevice(string name)
    {
        NetworkInterface[] devices;
        try
        {
            devices = NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            return null;
        }

        foreach (NetworkInterface device in devices)
        {
            if (device.Name != name)
                continue;
            IPAddress? other = null;
            foreach (UnicastIPAddressInformation one in device.GetIPProperties().UnicastAddresses)
            {
                if (one.Address.AddressFamily == AddressFamily.InterNetwork)
                    return one.Address;
                other ??= one.Address.IsIPv6LinkLocal ? null : one.Address;
            }

            return other;
        }

        return null;
    }

    private static bool IsGlobal(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast
        && !(address.AddressFamily == AddressFamily.InterNetwork
            && address.GetAddressBytes() is [169, 254, _, _]);

    // The kernel chooses the source address when a datagram socket is connected.
    private static IPAddress? SourceFor(IPAddress target)
    {
        try
        {
            using Socket socket = new(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(target, 9));
            IPAddress? source = (socket.LocalEndPoint as IPEndPoint)?.Address;
            return source is not null && IsGlobal(source) ? source : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
