using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Model;

[TestFixture, Category("Unit")]
internal sealed class PeerRulesTests
{
    private const string Good =
        """{"PublicIP":"172.30.77.2","BackendType":"vxlan","BackendData":{"VtepMAC":"02:00:00:00:00:02"}}""";

    [TestCase("10.1.2.0-24", Good, "")]
    [TestCase("hello", Good, "its key names no subnet")]
    [TestCase("10.1.2.0-24", "{", "no JSON")]
    [TestCase("10.1.0.0-16", Good, "has another length")]
    [TestCase("10.1.2.0-25", Good, "has another length")]
    [TestCase("10.9.2.0-24", Good, "no subnet of this network")]
    [TestCase("10.1.2.0-24&fd00:1:0:7::-64", Good, "no subnet of this network")]
    [TestCase("10.1.2.0-24", """{"PublicIP":"172.30.77.2"}""", "its backend is udp")]
    [TestCase("10.1.2.0-24", """{"PublicIP":"172.30.77.2","BackendType":"host-gw"}""", "its backend is host-gw")]
    [TestCase("10.1.2.0-24", """{"PublicIP":"172.30.77.2","BackendType":"vxlan"}""", "names no VtepMAC")]
    [TestCase("10.1.2.0-24",
        """{"PublicIP":"172.30.77.1","BackendType":"vxlan","BackendData":{"VtepMAC":"02:00:00:00:00:02"}}""",
        "two machines with one address")]
    [TestCase("10.1.2.0-24",
        """{"PublicIP":"172.30.77.2","BackendType":"vxlan","BackendData":{"VtepMAC":"02:00:00:00:00:01"}}""",
        "address of this machine's device")]
    [TestCase("10.1.2.0-24",
        """{"PublicIP":"172.30.77.2","BackendType":"vxlan","BackendData":{"VtepMAC":"01:00:5e:00:00:01"}}""",
        "no address of a device")]
    [TestCase("10.1.2.0-24",
        """{"PublicIP":"127.0.0.1","BackendType":"vxlan","BackendData":{"VtepMAC":"02:00:00:00:00:02"}}""",
        "no address of a machine")]
    [TestCase("10.1.2.0-24",
        """{"PublicIP":"255.255.255.255","BackendType":"vxlan","BackendData":{"VtepMAC":"02:00:00:00:00:02"}}""",
        "no address of a machine")]
    [TestCase("10.1.2.0-24",
        """{"PublicIP":"10.1.7.7","BackendType":"vxlan","BackendData":{"VtepMAC":"02:00:00:00:00:02"}}""",
        "is in the overlay itself")]
    public void Only_what_fits_is_programmed(string name, string text, string problem)
    {
        OverlayPeer peer = Judge(OverlaySamples.Vxlan, OverlaySamples.Stored(name, text, 5)).Single();
        Assert.That(peer.Problem, problem.Length == 0 ? Is.Empty : Does.Contain(problem));
        OverlayConfig config = OverlaySamples.Config(OverlaySamples.Vxlan);
        NetworkState wanted = WantedNetwork.Of(config, OverlaySamples.Own(config), null, [peer], null);
        Assert.That(wanted.Routes, Has.Count.EqualTo(problem.Length == 0 ? 1 : 0));
    }

    [Test]
    public void Of_two_leases_of_one_subnet_under_different_keys_the_older_one_counts()
    {
        IReadOnlyList<OverlayPeer> peers = Judge(OverlaySamples.Dual, OverlaySamples.Book(
            Dual("10.1.2.0-24&fd00:1:0:2::-64", 2, 9), Dual("10.1.2.0-24&fd00:1:0:3::-64", 3, 8),
            Dual("10.1.4.0-24&fd00:1:0:3::-64", 4, 7), Dual("10.1.5.0-24&fd00:1:0:5::-64", 5, 6)));
        Assert.That(
            peers.Select(static peer => peer.Problem),
            Is.EqualTo(new[]
            {
                "10.1.2.0/24 belongs to 172.30.77.3 (02:00:00:00:00:03)",
                "fd00:1:0:3::/64 belongs to 172.30.77.4 (02:00:00:00:00:04)", "", "",
            }));

        static StoredLease Dual(string name, int number, ulong index) => OverlaySamples.Stored(
            name,
            OverlaySamples.Peer(number) with
            {
                PublicV6 = IPAddress.Parse($"fd77::{number}"),
                MacV6 = OverlaySamples.Mac(number + 1000),
            },
            index);
    }

    [Test]
    public void Gateways_have_to_be_on_the_link()
    {
        const string Routes = """{"Network":"10.1.0.0/16","Backend":{"Type":"host-gw"}}""";
        Assert.That(Judge(Routes, Route("172.30.77.9"))[0].Problem, Is.Empty);
        Assert.That(Judge(Routes, Route("172.30.78.9"))[0].Problem, Is.EqualTo("172.30.78.9 is in no network of eth0"));

        static StoredLease Route(string address) =>
            OverlaySamples.Stored("10.1.2.0-24", $$"""{"PublicIP":"{{address}}","BackendType":"host-gw"}""", 5);
    }

    [Test]
    public void Who_has_a_device_first_keeps_it()
    {
        LeaseBook book = OverlaySamples.Book(OverlaySamples.Stored("10.1.9.0-24", OverlaySamples.Peer(2), 5));
        book.Put(OverlaySamples.Stored(
            "10.1.2.0-24", OverlaySamples.Peer(3) with { MacV4 = OverlaySamples.Mac(2) }, 1001));
        book.Put(OverlaySamples.Stored("10.1.9.0-24", OverlaySamples.Peer(2), 1002));
        IReadOnlyList<OverlayPeer> peers = Judge(OverlaySamples.Vxlan, book);
        Assert.That(peers[0].Problem, Is.EqualTo("02:00:00:00:00:02 belongs to 10.1.9.0/24"));
        Assert.That(peers[1].Problem, Is.Empty);
        book.Remove("10.1.9.0-24", new StoreIndex(1003));
        Assert.That(Judge(OverlaySamples.Vxlan, book).Single().Problem, Is.Empty);
    }

    [Test]
    public void The_own_lease_is_no_peer()
    {
        OverlayConfig config = OverlaySamples.Config(OverlaySamples.Vxlan);
        LeaseBook book = OverlaySamples.Book(OverlaySamples.Stored("10.1.9.0-24", OverlaySamples.Own(config).Value, 5));
        Assert.That(PeerRules.Judge(config, book, OverlaySamples.Own(config), "10.1.9.0-24"), Is.Empty);
    }

    private static IReadOnlyList<OverlayPeer> Judge(string config, StoredLease lease) =>
        Judge(config, OverlaySamples.Book(lease));

    private static IReadOnlyList<OverlayPeer> Judge(string text, LeaseBook book)
    {
        OverlayConfig config = OverlaySamples.Config(text);
        return PeerRules.Judge(config, book, OverlaySamples.Own(config), null);
    }
}
