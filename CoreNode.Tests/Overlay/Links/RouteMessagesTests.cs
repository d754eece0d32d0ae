using System.Net;
using CoreNode.Overlay.Links;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Links;

/// <summary>Requests of rtnetlink byte by byte. Lengths and numbers are little-endian, as on all machines that run it.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class RouteMessagesTests
{
    private static readonly MacAddress s_mac = MacAddress.Parse("36:06:b5:2a:67:f2");
    private static readonly VxlanLink s_link =
        new("flannel.1", 1, 8472, IPAddress.Parse("172.30.77.1"), 2, 1450, s_mac, false, false);

    private static readonly NetworkRoute s_route =
        new(IpPrefix.Parse("10.1.2.0/24"), IPAddress.Parse("10.1.2.0"), "flannel.1", true);

    private static readonly NetworkRoute s_route6 =
        new(IpPrefix.Parse("fd10:1:2::/64"), IPAddress.Parse("fd10:1:2::"), "flannel-v6.1", true);

    private static IEnumerable<TestCaseData> Messages()
    {
        yield return Case("vxlan device", static m => RouteMessages.AddVxlan(m, s_link));
        yield return Case("vxlan device over IPv6 with policy", static m => RouteMessages.AddVxlan(
            m, s_link with { Local = IPAddress.Parse("fd77::1"), IsGbp = true, IsLearning = true, Mac = null }));
        yield return Case("up", static m => RouteMessages.SetUp(m, "flannel.1"));
        yield return Case("mtu", static m => RouteMessages.SetMtu(m, "flannel.1", 1400));
        yield return Case("device removed", static m => RouteMessages.RemoveLink(m, "flannel.1"));
        yield return Case("device asked for", static m => RouteMessages.GetLink(m, "flannel.1"));
        yield return Case("device asked for by number", static m => RouteMessages.GetLink(m, 7));
        yield return Case("devices", RouteMessages.DumpLinks);
        yield return Case("address", static m => RouteMessages.AddAddress(m, IpPrefix.Parse("10.1.1.0/32"), 7));
        yield return Case("address, IPv6", static m =>
            RouteMessages.AddAddress(m, IpPrefix.Parse("fd10:1:1::/128"), 7));
        yield return Case("address removed", static m =>
            RouteMessages.RemoveAddress(m, IpPrefix.Parse("10.1.1.0/32"), 7));
        yield return Case("addresses", RouteMessages.DumpAddresses);
        yield return Case("route", static m => RouteMessages.AddRoute(m, s_route, 7));
        yield return Case("route, IPv6", static m => RouteMessages.AddRoute(m, s_route6, 7));
        yield return Case("route without gateway", static m =>
            RouteMessages.AddRoute(m, s_route with { Via = null, IsOnLink = false }, 7));
        yield return Case("route replaced", static m => RouteMessages.ReplaceRoute(m, s_route, 7));
        yield return Case("route removed", static m => RouteMessages.RemoveRoute(m, s_route, 7));
        yield return Case("routes", static m => RouteMessages.DumpRoutes(m, false, Netlink.OwnProtocol));
        yield return Case("way", static m => RouteMessages.GetRoute(m, IPAddress.Parse("192.0.2.1")));
        yield return Case("way, IPv6", static m => RouteMessages.GetRoute(m, IPAddress.Parse("2001:db8::1")));
        yield return Case("neighbour", static m =>
            RouteMessages.PutNeighbour(m, new Neighbour("flannel.1", IPAddress.Parse("10.1.2.0"), s_mac), 7));
        yield return Case("neighbour removed", static m =>
            RouteMessages.RemoveNeighbour(m, new Neighbour("flannel.1", IPAddress.Parse("10.1.2.0"), s_mac), 7));
        yield return Case("neighbours", static m => RouteMessages.DumpNeighbours(m, true, 7));
        yield return Case("forwarding", static m => RouteMessages.PutForwarding(
            m, new Forwarding("flannel.1", s_mac, IPAddress.Parse("172.30.77.2")), 7));
        yield return Case("forwarding removed", static m => RouteMessages.RemoveForwarding(
            m, new Forwarding("flannel.1", s_mac, IPAddress.Parse("172.30.77.2")), 7));
        yield return Case("forwardings", static m => RouteMessages.DumpForwardings(m, 7));
    }

    [TestCaseSource(nameof(Messages))]
    public void Each_message_has_its_bytes(string name, Action<object> write)
    {
        MessageWriter messages = new();
        write(messages);
        messages.Number(1);
        GoldenMessages.Check("route-messages.txt", name, messages);
    }

    private static TestCaseData Case(string name, Action<MessageWriter> write) =>
        new TestCaseData(name, (Action<object>)(messages => write((MessageWriter)messages)))
            .SetArgDisplayNames(name);
}
