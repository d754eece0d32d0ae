using System.Net;
using CoreNode.Overlay.Net;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// Two machines of an overlay network with one container each: 10.1.1.2 and 10.1.2.2, or fd10:1:0:1::2 and
/// fd10:1:0:2::2, in namespaces of their own behind 10.1.1.1 and so on.
/// </summary>
internal sealed class OverlayPair : IDisposable
{
    /// <summary>The vxlan device.</summary>
    public const string Link = "flannel.7";

    private const string ContainerDevice = "cont0";
    private const int UnderlyingMtu = 1500;

    private readonly bool _isIPv6;
    private readonly OverlayMachine[] _machines = new OverlayMachine[2];
    private readonly NetworkNamespace[] _containers = [new(), new()];

    public OverlayPair(bool isIPv6)
    {
        _isIPv6 = isIPv6;
        (_machines[0], _machines[1]) = OverlayMachine.Pair();
        for (int i = 0; i < _machines.Length; i++)
            AddContainer(i);
    }

    /// <summary>The whole network.</summary>
    public IpPrefix Network => IpPrefix.Parse(_isIPv6 ? "fd10:1::/48" : "10.1.0.0/16");

    /// <summary>Bytes of a packet inside: vxlan takes 50 or 70.</summary>
    public int Mtu => UnderlyingMtu - (_isIPv6 ? 70 : 50);

    /// <summary>A machine: 0 or 1.</summary>
    public OverlayMachine Machine(int number) => _machines[number];

    /// <summary>Where the container of a machine is.</summary>
    public NetworkNamespace Container(int number) => _containers[number];

    /// <summary>The part of a machine.</summary>
    public IpPrefix Subnet(int number) =>
        IpPrefix.Parse(_isIPv6 ? $"fd10:1:0:{number + 1}::/64" : $"10.1.{number + 1}.0/24");

    /// <summary>The address of a container.</summary>
    public IPAddress Address(int number) =>
        IPAddress.Parse(_isIPv6 ? $"fd10:1:0:{number + 1}::2" : $"10.1.{number + 1}.2");

    /// <summary>The underlying address of a machine.</summary>
    public IPAddress Underlying(int number) => OverlayMachine.Underlying(number + 1, _isIPv6);

    /// <summary>The hardware address of a machine's vxlan device.</summary>
    public static MacAddress Mac(int number) => MacAddress.Local((ulong)number + 1);

    /// <summary>Has the code under test make both machines' ends.</summary>
    public void Connect(OverlayWay way)
    {
        for (int i = 0; i < _machines.Length; i++)
            _machines[i].Apply([.. Changes(i, way)]);
    }

    /// <summary>What a machine's end needs.</summary>
    public List<NetworkChange> Changes(int number, OverlayWay way)
    {
        int peer = 1 - number;
        List<NetworkChange> changes = [new NetworkChange.EnableForwarding(_isIPv6)];
        if (way != OverlayWay.HostRoute)
        {
            changes.Add(new NetworkChange.AddLink(new VxlanLink(
                Link, 7, 8472, Underlying(number), _machines[number].DeviceIndex, Mtu, Mac(number), false, false)));
            changes.Add(new NetworkChange.AddAddress(
                new LinkAddress(Link, new IpPrefix(Subnet(number).Address, _isIPv6 ? 128 : 32))));
        }

        if (way == OverlayWay.Vxlan)
        {
            IPAddress gateway = Subnet(peer).Address;
            changes.Add(new NetworkChange.PutNeighbour(new Neighbour(Link, gateway, Mac(peer))));
            changes.Add(new NetworkChange.PutForwarding(new Forwarding(Link, Mac(peer), Underlying(peer))));
            changes.Add(new NetworkChange.PutRoute(new NetworkRoute(Subnet(peer), gateway, Link, true)));
        }
        else
        {
            changes.Add(new NetworkChange.PutRoute(
                new NetworkRoute(Subnet(peer), Underlying(peer), OverlayMachine.Device, false)));
        }

        return changes;
    }

    /// <summary>How many packets a machine sent by its vxlan device.</summary>
    public long SentByVxlan(int number) =>
        _machines[number].Json("ip", "-s", "-j", "link", "show", Link)[0].GetProperty("stats64").GetProperty("tx")
            .GetProperty("packets").GetInt64();

    public void Dispose()
    {
        foreach (OverlayMachine machine in _machines)
            machine.Dispose();
        foreach (NetworkNamespace container in _containers)
            container.Dispose();
    }

    private void AddContainer(int number)
    {
        OverlayMachine machine = _machines[number];
        string family = _isIPv6 ? "-6" : "-4";
        string[] noDetection = _isIPv6 ? ["nodad"] : [];
        string gateway = _isIPv6 ? $"fd10:1:0:{number + 1}::1" : $"10.1.{number + 1}.1";
        string length = _isIPv6 ? "64" : "24";
        string path = _containers[number].Path;
        machine.Ip("link", "add", ContainerDevice, "type", "veth", "peer", "name", "eth0", "netns", path);
        machine.Ip(
            [family, "addr", "add", $"{gateway}/{length}", "dev", ContainerDevice, .. noDetection]);
        machine.TakeAddressesAtOnce(ContainerDevice);
        machine.Ip("link", "set", ContainerDevice, "up");
        Inside(number, [family, "addr", "add", $"{Address(number)}/{length}", "dev", "eth0", .. noDetection]);
        Inside(number, "link", "set", "eth0", "mtu", $"{Mtu}", "up");
        Inside(number, family, "route", "add", "default", "via", gateway);
    }

    private void Inside(int number, params string[] words) =>
        _machines[number].Command("nsenter", [$"--net={_containers[number].Path}", "ip", .. words]);
}
