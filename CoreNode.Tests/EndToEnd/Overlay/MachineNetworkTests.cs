using System.Net;
using System.Text.Json;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>What is put into the kernel is what iproute2 shows, can be repeated, and touches nobody else's.</summary>
[TestFixture, Category("EndToEnd")]
[Parallelizable(ParallelScope.Self)]
internal sealed class MachineNetworkTests
{
    private const string Link = "flannel.7";
    private static readonly MacAddress s_mac = MacAddress.Parse("36:06:b5:2a:67:f2");
    private static readonly MacAddress s_peerMac = MacAddress.Parse("36:06:b5:2a:67:f3");

    [SetUp]
    public void Needs_namespaces()
    {
        if (OverlayMachine.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_vxlan_device_is_what_iproute2_shows_of_it(bool isIPv6)
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        VxlanLink wanted = Vxlan(machine, isIPv6);
        machine.Apply(new NetworkChange.AddLink(wanted));

        JsonElement shown = machine.Json("ip", "-d", "-j", "link", "show", Link)[0];
        JsonElement data = shown.GetProperty("linkinfo").GetProperty("info_data");
        Assert.That(shown.GetProperty("linkinfo").GetProperty("info_kind").GetString(), Is.EqualTo("vxlan"));
        Assert.That(shown.GetProperty("address").GetString(), Is.EqualTo(s_mac.ToString()));
        Assert.That(shown.GetProperty("mtu").GetInt32(), Is.EqualTo(1400));
        Assert.That(
            shown.GetProperty("flags").EnumerateArray().Select(static one => one.GetString()), Has.Member("UP"));
        Assert.That(shown.GetProperty("inet6_addr_gen_mode").GetString(), Is.EqualTo("none"));
        Assert.That(data.GetProperty("id").GetInt32(), Is.EqualTo(7));
        Assert.That(data.GetProperty("port").GetInt32(), Is.EqualTo(8472));
        Assert.That(data.GetProperty("link").GetString(), Is.EqualTo(OverlayMachine.Device));
        Assert.That(
            data.GetProperty(isIPv6 ? "local6" : "local").GetString(),
            Is.EqualTo(OverlayMachine.Underlying(1, isIPv6).ToString()));
        Assert.That(data.GetProperty("learning").GetBoolean(), Is.False);
        Assert.That(machine.Read(Link).Links, Is.EqualTo(new[] { wanted }));
        Assert.That(
            machine.Command("cat", $"/proc/sys/net/ipv6/conf/{Link}/accept_ra").Trim(), Is.EqualTo("0"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Everything_of_a_peer_is_what_iproute2_shows_of_it_and_can_be_repeated(bool isIPv6)
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        NetworkChange[] changes = Everything(machine, isIPv6);
        for (int i = 0; i < 2; i++)
        {
            machine.Apply(changes);
            Check(machine, isIPv6);
        }

        NetworkState state = machine.Read(Link, "absent");
        Assert.That(state.Routes, Is.EqualTo(new[] { Route(isIPv6) }));
        Assert.That(state.Neighbours, Is.EqualTo(new[] { new Neighbour(Link, Gateway(isIPv6), s_peerMac) }));
        Assert.That(
            state.Forwardings,
            Is.EqualTo(new[] { new Forwarding(Link, s_peerMac, OverlayMachine.Underlying(2, isIPv6)) }));
        Assert.That(state.Addresses, Is.EqualTo(new[] { Own(isIPv6) }));

        NetworkChange[] removals =
        [
            new NetworkChange.RemoveRoute(Route(isIPv6)),
            new NetworkChange.RemoveNeighbour(new Neighbour(Link, Gateway(isIPv6), s_peerMac)),
            new NetworkChange.RemoveForwarding(
                new Forwarding(Link, s_peerMac, OverlayMachine.Underlying(2, isIPv6))),
            new NetworkChange.RemoveAddress(Own(isIPv6)),
        ];
        for (int i = 0; i < 2; i++)
        {
            machine.Apply(removals);
            NetworkState after = machine.Read(Link);
            Assert.That(after.Routes, Is.Empty);
            Assert.That(after.Neighbours, Is.Empty);
            Assert.That(after.Forwardings, Is.Empty);
            Assert.That(after.Addresses, Is.Empty);
            Assert.That(after.Links, Has.Count.EqualTo(1));
        }

        machine.Apply(new NetworkChange.RemoveLink(Link), new NetworkChange.RemoveLink(Link));
        machine.Apply(removals);
        Assert.That(machine.Read(Link).Links, Is.Empty);
    }

    [Test]
    public void Addresses_that_change_are_replaced_in_place()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        machine.Apply(Everything(machine, isIPv6: false));
        IPAddress moved = OverlayMachine.Underlying(9, isIPv6: false);
        MacAddress other = MacAddress.Local(99);
        NetworkRoute route = Route(isIPv6: false) with { Via = IPAddress.Parse("10.9.9.9") };
        machine.Apply(
            new NetworkChange.PutForwarding(new Forwarding(Link, s_peerMac, moved)),
            new NetworkChange.PutNeighbour(new Neighbour(Link, Gateway(isIPv6: false), other)),
            new NetworkChange.PutRoute(route));
        NetworkState state = machine.Read(Link);
        Assert.That(state.Forwardings, Is.EqualTo(new[] { new Forwarding(Link, s_peerMac, moved) }));
        Assert.That(state.Neighbours, Is.EqualTo(new[] { new Neighbour(Link, Gateway(isIPv6: false), other) }));
        Assert.That(state.Routes, Is.EqualTo(new[] { route }));
    }

    [Test]
    public void A_device_with_other_properties_is_made_anew_and_said_so()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        VxlanLink wanted = Vxlan(machine, isIPv6: false);
        machine.Apply(new NetworkChange.AddLink(wanted with { Port = 4789 }));
        IReadOnlyList<NetworkFault> notes = machine.Faults(new NetworkChange.AddLink(wanted));
        Assert.That(notes, Has.Count.EqualTo(1));
        Assert.That(notes[0].IsDone, Is.True);
        Assert.That(notes[0].Message, Does.Contain("port 4789 instead of 8472"));
        Assert.That(machine.Read(Link).Links, Is.EqualTo(new[] { wanted }));
    }

    [Test]
    public void A_device_that_is_only_down_or_of_another_mtu_is_kept()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        VxlanLink wanted = Vxlan(machine, isIPv6: false);
        machine.Apply(new NetworkChange.AddLink(wanted));
        string index = machine.Ip("-o", "link", "show", Link).Split(':')[0];
        machine.Ip("link", "set", Link, "down", "mtu", "1300");
        Assert.That(machine.Read(Link).Links, Is.EqualTo(new[] { wanted with { IsUp = false, Mtu = 1300 } }));
        machine.Apply(new NetworkChange.AddLink(wanted with { Mac = null }));
        Assert.That(machine.Read(Link).Links, Is.EqualTo(new[] { wanted }));
        Assert.That(machine.Ip("-o", "link", "show", Link).Split(':')[0], Is.EqualTo(index));
    }

    [Test]
    public void A_device_of_another_kind_stays()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        machine.Ip("link", "add", Link, "type", "bridge");
        Assert.That(machine.Read(Link).Links[0].IsStrange, Is.True);
        IReadOnlyList<NetworkFault> faults = machine.Faults(
            new NetworkChange.AddLink(Vxlan(machine, isIPv6: false)), new NetworkChange.RemoveLink(Link));
        Assert.That(faults, Has.Count.EqualTo(2));
        Assert.That(faults[0].Message, Does.Contain("of another kind"));
        Assert.That(machine.Ip("link", "show", Link), Does.Contain(Link));
    }

    [Test]
    public void Another_device_with_the_same_network_is_named_as_the_reason()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        machine.Apply(new NetworkChange.AddLink(Vxlan(machine, isIPv6: false)));
        VxlanLink second = Vxlan(machine, isIPv6: false) with { Name = "flannel.8" };
        IReadOnlyList<NetworkFault> faults = machine.Faults(new NetworkChange.AddLink(second));
        Assert.That(faults[0].Message, Does.Contain("another device has this VNI").And.Contain("errno 17"));
        Assert.That(faults[0].Message, Does.Contain("A VXLAN device with the specified VNI already exists"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Routes_of_others_stay_and_are_named(bool isIPv6)
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        machine.Apply(Everything(machine, isIPv6));
        machine.Apply(new NetworkChange.RemoveRoute(Route(isIPv6)));
        string family = isIPv6 ? "-6" : "-4";
        string to = Route(isIPv6).To.ToString();
        machine.Ip(family, "route", "add", to, "dev", OverlayMachine.Device);
        Assert.That(machine.Read(Link).Routes, Is.Empty, "those of others are not read");
        IReadOnlyList<NetworkFault> faults = machine.Faults(
            new NetworkChange.PutRoute(Route(isIPv6)), new NetworkChange.RemoveRoute(Route(isIPv6)));
        Assert.That(faults, Has.Count.EqualTo(1));
        Assert.That(faults[0].Message, Does.Contain("somebody else is in the way").And.Contain($"ip route del {to}"));
        Assert.That(machine.Ip(family, "route", "show", to), Does.Contain(OverlayMachine.Device));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_route_of_others_that_says_the_same_is_taken_over(bool isIPv6)
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        machine.Apply(Everything(machine, isIPv6));
        machine.Apply(new NetworkChange.RemoveRoute(Route(isIPv6)));
        string to = Route(isIPv6).To.ToString();
        machine.Ip(
            isIPv6 ? "-6" : "-4", "route", "add", to, "via", Gateway(isIPv6).ToString(), "dev", Link, "onlink");
        machine.Apply(new NetworkChange.PutRoute(Route(isIPv6)));
        Assert.That(machine.Read(Link).Routes, Is.EqualTo(new[] { Route(isIPv6) }));
    }

    [Test]
    public void A_change_that_fails_stops_none_of_the_others()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        NetworkRoute unreachable = new(IpPrefix.Parse("10.1.9.0/24"), IPAddress.Parse("10.200.0.1"), Link, false);
        NetworkRoute absent = new(IpPrefix.Parse("10.1.8.0/24"), null, "absent0", false);
        IReadOnlyList<NetworkFault> faults = machine.Faults(
        [
            .. Everything(machine, isIPv6: false), new NetworkChange.PutRoute(unreachable),
            new NetworkChange.PutRoute(absent),
            new NetworkChange.PutForwarding(new Forwarding(Link, s_mac, IPAddress.Parse("192.168.77.9"))),
        ]);
        Assert.That(faults.Select(static one => one.Message), Is.EqualTo(new[]
        {
            "route 10.1.9.0/24 via 10.200.0.1 dev flannel.7: its gateway is in no network of that device: "
            + "Nexthop has invalid gateway (Network is unreachable, errno 101)",
            "route 10.1.8.0/24 dev absent0: there is no device absent0",
        }));
        Assert.That(machine.Read(Link).Forwardings, Has.Count.EqualTo(2));
    }

    [Test]
    public void Interfaces_are_told_with_their_addresses_and_default_routes()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        Assert.That(
            machine.Network.Interfaces().First(static one => one.Name == "eth0").HasDefaultRoute, Is.False);
        machine.Ip("route", "add", "default", "via", "192.168.77.2");
        InterfaceFacts device = machine.Network.Interfaces().First(static one => one.Name == "eth0");
        Assert.That(device.HasDefaultRoute && device.IsUp, Is.True);
        Assert.That(device.Mtu, Is.EqualTo(1500));
        Assert.That(
            device.Addresses.Select(static one => one.ToString()),
            Is.SupersetOf(new[] { "192.168.77.1/24", "fd77::1/64" }));
        Assert.That(
            device.Index.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Is.EqualTo(machine.Ip("-o", "link", "show", "eth0").Split(':')[0]));
    }

    [Test]
    public void The_source_towards_an_address_is_that_of_the_route()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        Assert.That(machine.Network.SourceTowards(IPAddress.Parse("192.168.77.2")),
            Is.EqualTo(IPAddress.Parse("192.168.77.1")));
        Assert.That(machine.Network.SourceTowards(IPAddress.Parse("fd77::2")), Is.EqualTo(IPAddress.Parse("fd77::1")));
        Assert.That(machine.Network.SourceTowards(IPAddress.Parse("203.0.113.9")), Is.Null);
    }

    [Test]
    public void Forwarding_is_switched_on_for_each_family()
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        machine.Set("ipv4/ip_forward", "0");
        machine.Set("ipv6/conf/all/forwarding", "0");
        machine.Apply(new NetworkChange.EnableForwarding(IsIPv6: false));
        Assert.That(machine.Read() is { ForwardsIPv4: true, ForwardsIPv6: false }, Is.True);
        machine.Apply(new NetworkChange.EnableForwarding(IsIPv6: true));
        Assert.That(machine.Command("cat", "/proc/sys/net/ipv6/conf/all/forwarding").Trim(), Is.EqualTo("1"));
        Assert.That(machine.Read() is { ForwardsIPv4: true, ForwardsIPv6: true }, Is.True);
    }

    private static void Check(OverlayMachine machine, bool isIPv6)
    {
        string family = isIPv6 ? "-6" : "-4";
        JsonElement route = machine.Json("ip", family, "-j", "-N", "route", "show", Route(isIPv6).To.ToString())[0];
        Assert.That(route.GetProperty("gateway").GetString(), Is.EqualTo(Gateway(isIPv6).ToString()));
        Assert.That(route.GetProperty("dev").GetString(), Is.EqualTo(Link));
        Assert.That(route.GetProperty("protocol").GetString(), Is.EqualTo("110"));
        Assert.That(
            route.GetProperty("flags").EnumerateArray().Select(static one => one.GetString()), Has.Member("onlink"));

        JsonElement neighbours = machine.Json("ip", family, "-j", "neigh", "show", "dev", Link);
        Assert.That(neighbours.GetArrayLength(), Is.EqualTo(1));
        Assert.That(neighbours[0].GetProperty("dst").GetString(), Is.EqualTo(Gateway(isIPv6).ToString()));
        Assert.That(neighbours[0].GetProperty("lladdr").GetString(), Is.EqualTo(s_peerMac.ToString()));
        Assert.That(neighbours[0].GetProperty("state")[0].GetString(), Is.EqualTo("PERMANENT"));

        JsonElement forwardings = machine.Json("bridge", "-j", "fdb", "show", "dev", Link);
        Assert.That(forwardings.GetArrayLength(), Is.EqualTo(1));
        Assert.That(forwardings[0].GetProperty("mac").GetString(), Is.EqualTo(s_peerMac.ToString()));
        Assert.That(
            forwardings[0].GetProperty("dst").GetString(), Is.EqualTo(OverlayMachine.Underlying(2, isIPv6).ToString()));
        Assert.That(forwardings[0].GetProperty("state").GetString(), Is.EqualTo("permanent"));

        JsonElement addresses = machine.Json("ip", family, "-j", "addr", "show", "dev", Link)[0]
            .GetProperty("addr_info");
        Assert.That(addresses.GetArrayLength(), Is.EqualTo(1));
        Assert.That(
            addresses[0].GetProperty("local").GetString(), Is.EqualTo(Own(isIPv6).Address.Address.ToString()));
        Assert.That(addresses[0].GetProperty("prefixlen").GetInt32(), Is.EqualTo(isIPv6 ? 128 : 32));
        Assert.That(addresses[0].TryGetProperty("tentative", out _), Is.False);
    }

    private static VxlanLink Vxlan(OverlayMachine machine, bool isIPv6) => new(
        Link, 7, 8472, OverlayMachine.Underlying(1, isIPv6), machine.DeviceIndex, 1400, s_mac, false, false);

    private static IPAddress Gateway(bool isIPv6) => IPAddress.Parse(isIPv6 ? "fd10:1:2::" : "10.1.2.0");

    private static LinkAddress Own(bool isIPv6) => new(Link, IpPrefix.Parse(isIPv6 ? "fd10:1:1::/128" : "10.1.1.0/32"));

    private static NetworkRoute Route(bool isIPv6) => new(
        IpPrefix.Parse(isIPv6 ? "fd10:1:2::/64" : "10.1.2.0/24"), Gateway(isIPv6), Link, IsOnLink: true);

    private static NetworkChange[] Everything(OverlayMachine machine, bool isIPv6) =>
    [
        new NetworkChange.AddLink(Vxlan(machine, isIPv6)),
        new NetworkChange.AddAddress(Own(isIPv6)),
        new NetworkChange.PutNeighbour(new Neighbour(Link, Gateway(isIPv6), s_peerMac)),
        new NetworkChange.PutForwarding(new Forwarding(Link, s_peerMac, OverlayMachine.Underlying(2, isIPv6))),
        new NetworkChange.PutRoute(Route(isIPv6)),
    ];
}
