using System.Net;
using CoreNode.Overlay.Net;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>Containers of two machines reach each other by their own addresses over what is put there.</summary>
[TestFixture, Category("EndToEnd")]
[Parallelizable(ParallelScope.Self)]
internal sealed class DataPathTests
{
    [SetUp]
    public void Needs_namespaces()
    {
        if (OverlayMachine.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [TestCase(OverlayWay.Vxlan, false)]
    [TestCase(OverlayWay.Vxlan, true)]
    [TestCase(OverlayWay.HostRoute, false)]
    [TestCase(OverlayWay.HostRoute, true)]
    [TestCase(OverlayWay.Direct, false)]
    [TestCase(OverlayWay.Direct, true)]
    public void Containers_reach_each_other_also_after_the_program_has_ended(OverlayWay way, bool isIPv6)
    {
        using OverlayPair pair = new(isIPv6);
        pair.Connect(way);
        pair.Machine(0).Network.Dispose();
        pair.Machine(1).Network.Dispose();
        for (int from = 0; from < 2; from++)
        {
            int to = 1 - from;
            Assert.That(
                OverlayTraffic.Udp(pair.Container(from), pair.Container(to), pair.Address(to), pair.Mtu),
                Is.EqualTo(pair.Address(from)));
            Assert.That(
                OverlayTraffic.Tcp(pair.Container(from), pair.Container(to), pair.Address(to)),
                Is.EqualTo(pair.Address(from)));
        }

        if (way != OverlayWay.HostRoute)
            Assert.That(pair.SentByVxlan(0) > 4, Is.EqualTo(way == OverlayWay.Vxlan));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_way_that_changes_takes_traffic_with_it(bool isIPv6)
    {
        using OverlayPair pair = new(isIPv6);
        foreach (OverlayWay way in (OverlayWay[])[OverlayWay.Direct, OverlayWay.Vxlan, OverlayWay.HostRoute])
        {
            pair.Connect(way);
            OverlayTraffic.Udp(pair.Container(0), pair.Container(1), pair.Address(1), pair.Mtu);
            Assert.That(pair.Machine(0).Read(OverlayPair.Link).Routes, Has.Count.EqualTo(1));
        }
    }

    [TestCase("device")]
    [TestCase("route")]
    [TestCase("neighbour")]
    [TestCase("forwarding")]
    [TestCase("address")]
    public void What_somebody_deletes_is_put_back(string what)
    {
        using OverlayPair pair = new(isIPv6: false);
        pair.Connect(OverlayWay.Vxlan);
        OverlayMachine machine = pair.Machine(0);
        NetworkState before = machine.Read(OverlayPair.Link);
        switch (what)
        {
            case "device":
                machine.Ip("link", "del", OverlayPair.Link);
                break;
            case "route":
                machine.Ip("route", "del", pair.Subnet(1).ToString());
                break;
            case "neighbour":
                machine.Ip("neigh", "flush", "dev", OverlayPair.Link, "nud", "permanent");
                break;
            case "forwarding":
                machine.Command("bridge", "fdb", "del", OverlayPair.Mac(1).ToString(), "dev", OverlayPair.Link);
                break;
            case "address":
                machine.Ip("addr", "flush", "dev", OverlayPair.Link);
                break;
        }

        NetworkState broken = machine.Read(OverlayPair.Link);
        Assert.That(Size(broken), Is.LessThan(Size(before)));
        machine.Apply([.. pair.Changes(0, OverlayWay.Vxlan)]);
        NetworkState after = machine.Read(OverlayPair.Link);
        Assert.That(Size(after), Is.EqualTo(Size(before)));
        Assert.That(
            OverlayTraffic.Udp(pair.Container(0), pair.Container(1), pair.Address(1), pair.Mtu),
            Is.EqualTo(pair.Address(0)));
    }

    [TestCase(OverlayWay.Vxlan, false)]
    [TestCase(OverlayWay.Vxlan, true)]
    [TestCase(OverlayWay.HostRoute, false)]
    [TestCase(OverlayWay.HostRoute, true)]
    public void What_leaves_the_network_has_the_machines_address_and_what_stays_keeps_its_own(
        OverlayWay way, bool isIPv6)
    {
        using OverlayPair pair = new(isIPv6);
        pair.Connect(way);
        NetworkNamespace outside = pair.Machine(1).Inside;
        Assert.That(
            OverlayTraffic.Udp(pair.Container(0), outside, pair.Underlying(1), pair.Mtu), Is.EqualTo(pair.Address(0)),
            "without rules");
        foreach (int number in (int[])[0, 1])
        {
            pair.Machine(number).Apply(new NetworkChange.SetFirewall(new FirewallRules(
                [new MasqueradeRule(pair.Network, pair.Subnet(number))], [pair.Network])));
        }

        Assert.That(
            OverlayTraffic.Udp(pair.Container(0), outside, pair.Underlying(1), pair.Mtu),
            Is.EqualTo(pair.Underlying(0)), "to the world outside, datagrams");
        Assert.That(
            OverlayTraffic.Tcp(pair.Container(0), outside, pair.Underlying(1)), Is.EqualTo(pair.Underlying(0)),
            "to the world outside, a connection");
        Assert.That(
            OverlayTraffic.Tcp(pair.Container(0), pair.Container(1), pair.Address(1)), Is.EqualTo(pair.Address(0)),
            "between containers");
        if (way == OverlayWay.HostRoute)
        {
            Assert.That(
                OverlayTraffic.Tcp(outside, pair.Container(0), pair.Address(0)), Is.EqualTo(pair.Underlying(1)),
                "from outside to the own part");
        }

        IPAddress stranger = IPAddress.Parse(isIPv6 ? "fd99::9" : "172.16.0.9");
        pair.Machine(0).Ip("addr", "add", $"{stranger}/{(isIPv6 ? 128 : 32)}", "dev", "lo");
        Assert.That(
            OverlayTraffic.Tcp(pair.Machine(0).Inside, pair.Container(1), pair.Address(1), stranger),
            Is.EqualTo(way == OverlayWay.Vxlan ? pair.Subnet(0).Address : pair.Underlying(0)),
            "from outside to another machine's part");
    }

    private static int Size(NetworkState state) =>
        state.Links.Count + state.Routes.Count + state.Neighbours.Count + state.Forwardings.Count
        + state.Addresses.Count;
}
