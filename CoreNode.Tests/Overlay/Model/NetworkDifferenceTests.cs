using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Model;

[TestFixture, Category("Unit")]
internal sealed class NetworkDifferenceTests
{
    private static readonly RouteOwner s_all = new([], []);

    [Test]
    public void A_network_of_vxlan_is_what_flannel_makes()
    {
        MemoryNetwork kernel = Kernel();
        Move(kernel, Wanted(OverlaySamples.Vxlan, 2, 3));
        NetworkState state = kernel.State;
        Assert.That(state.Links.Single(), Is.EqualTo(new VxlanLink(
            "flannel.1", 1, 8472, IPAddress.Parse("172.30.77.1"), 2, 1450, OverlaySamples.Mac(1), false, false)));
        Assert.That(state.Addresses.Single().Address.ToString(), Is.EqualTo("10.1.99.0/32"));
        Assert.That(Text(state.Routes), Is.EqualTo(
            "10.1.2.0/24 via 10.1.2.0 dev flannel.1 onlink; 10.1.3.0/24 via 10.1.3.0 dev flannel.1 onlink"));
        Assert.That(Text(state.Neighbours), Is.EqualTo(
            "10.1.2.0 dev flannel.1 lladdr 02:00:00:00:00:02; 10.1.3.0 dev flannel.1 lladdr 02:00:00:00:00:03"));
        Assert.That(Text(state.Forwardings), Is.EqualTo(
            "02:00:00:00:00:02 dev flannel.1 dst 172.30.77.2; 02:00:00:00:00:03 dev flannel.1 dst 172.30.77.3"));
        Assert.That(state.ForwardsIPv4, Is.True);
        Assert.That(Move(kernel, Wanted(OverlaySamples.Vxlan, 2, 3)), Is.Empty, "nothing is to be done twice");
    }

    [Test]
    public void Both_families_have_a_device_each()
    {
        OverlayConfig config = OverlaySamples.Config(OverlaySamples.Dual);
        LeaseValue peer = OverlaySamples.Peer(2) with
        {
            PublicV6 = IPAddress.Parse("fd77::2"),
            MacV6 = OverlaySamples.Mac(1002),
        };
        LeaseBook book = OverlaySamples.Book(OverlaySamples.Stored("10.1.2.0-24&fd00:1:0:2::-64", peer, 2));
        OwnMachine own = OverlaySamples.Own(config);
        NetworkState wanted = WantedNetwork.Of(
            config, own, new LeaseSubnets(IpPrefix.Parse("10.1.99.0/24"), IpPrefix.Parse("fd00:1:0:99::/64")),
            PeerRules.Judge(config, book, own, null), null);
        Assert.That(string.Join(' ', wanted.Links.Select(static l => $"{l.Name} {l.Mtu} {l.Local}")),
            Is.EqualTo("flannel.1 1450 172.30.77.1 flannel-v6.1 1430 fd77::1"));
        Assert.That(string.Join(' ', wanted.Addresses.Select(static a => a.Address)),
            Is.EqualTo("10.1.99.0/32 fd00:1:0:99::/128"));
        Assert.That(Text(wanted.Routes), Is.EqualTo(
            "10.1.2.0/24 via 10.1.2.0 dev flannel.1 onlink; "
            + "fd00:1:0:2::/64 via fd00:1:0:2:: dev flannel-v6.1 onlink"));
        Assert.That(Text(wanted.Forwardings), Is.EqualTo(
            "02:00:00:00:00:02 dev flannel.1 dst 172.30.77.2; 02:00:00:00:03:ea dev flannel-v6.1 dst fd77::2"));
        Assert.That(wanted.ForwardsIPv6, Is.True);
        Assert.That(WantedNetwork.Mtu(config, own.Below), Is.EqualTo(1430));
    }

    [TestCase("""{"Type":"vxlan"}""", 1450)]
    [TestCase("""{"Type":"vxlan","MTU":1400}""", 1350)]
    [TestCase("""{"Type":"vxlan","MTU":9000}""", 1450)]
    [TestCase("""{"Type":"host-gw"}""", 1500)]
    [TestCase("""{"Type":"alloc"}""", 1500)]
    public void The_largest_packet_follows_from_the_interface(string backend, int mtu)
    {
        OverlayConfig config = OverlaySamples.Config($$"""{"Network":"10.1.0.0/16","Backend":{{backend}}}""");
        Assert.That(WantedNetwork.Mtu(config, OverlaySamples.Eth0), Is.EqualTo(mtu));
    }

    [Test]
    public void Peers_on_the_link_need_no_tunnel_where_that_is_wanted()
    {
        const string Direct = """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","DirectRouting":true}}""";
        OverlayConfig config = OverlaySamples.Config(Direct);
        LeaseBook book = OverlaySamples.Book(
            OverlaySamples.Stored("10.1.2.0-24", OverlaySamples.Peer(2), 2),
            OverlaySamples.Stored(
                "10.1.3.0-24", OverlaySamples.Peer(3) with { PublicV4 = IPAddress.Parse("192.168.1.3") }, 3));
        OwnMachine own = OverlaySamples.Own(config);
        NetworkState wanted = WantedNetwork.Of(config, own, null, PeerRules.Judge(config, book, own, null), null);
        Assert.That(Text(wanted.Routes), Is.EqualTo(
            "10.1.2.0/24 via 172.30.77.2 dev eth0; 10.1.3.0/24 via 10.1.3.0 dev flannel.1 onlink"));
        Assert.That(wanted.Forwardings, Has.Count.EqualTo(1));
        Assert.That(wanted.Addresses, Is.Empty, "without a lease it has no address");
    }

    [Test]
    public void Routes_of_gateways_and_nothing_else()
    {
        NetworkState wanted = Wanted("""{"Network":"10.1.0.0/16","Backend":{"Type":"host-gw"}}""", 2);
        Assert.That(Text(wanted.Routes), Is.EqualTo("10.1.2.0/24 via 172.30.77.2 dev eth0"));
        Assert.That(wanted.Links.Count + wanted.Addresses.Count + wanted.Neighbours.Count, Is.Zero);
        NetworkState alloc = Wanted("""{"Network":"10.1.0.0/16","Backend":{"Type":"alloc"}}""", 2);
        Assert.That(alloc.Routes.Count + alloc.Links.Count, Is.Zero);
        Assert.That(alloc.ForwardsIPv4, Is.False);
    }

    [Test]
    public void A_peer_more_or_less_touches_its_own_entries_only()
    {
        MemoryNetwork kernel = Kernel();
        Move(kernel, Wanted(OverlaySamples.Vxlan, 2, 3));
        Assert.That(Text(Move(kernel, Wanted(OverlaySamples.Vxlan, 2, 3, 4))), Is.EqualTo(
            "neighbour 10.1.4.0 dev flannel.1 lladdr 02:00:00:00:00:04; "
            + "forwarding 02:00:00:00:00:04 dev flannel.1 dst 172.30.77.4; "
            + "route 10.1.4.0/24 via 10.1.4.0 dev flannel.1 onlink"));
        Assert.That(Text(Move(kernel, Wanted(OverlaySamples.Vxlan, 2, 4))), Is.EqualTo(
            "removal of route 10.1.3.0/24 via 10.1.3.0 dev flannel.1 onlink; "
            + "removal of forwarding 02:00:00:00:00:03 dev flannel.1 dst 172.30.77.3; "
            + "removal of neighbour 10.1.3.0 dev flannel.1 lladdr 02:00:00:00:00:03"));
    }

    [Test]
    public void A_new_device_of_a_peer_comes_before_the_old_one_goes()
    {
        MemoryNetwork kernel = Kernel();
        Move(kernel, Wanted(OverlaySamples.Vxlan, 2));
        OverlayConfig config = OverlaySamples.Config(OverlaySamples.Vxlan);
        LeaseValue changed = OverlaySamples.Peer(2) with { MacV4 = OverlaySamples.Mac(77) };
        Assert.That(
            Text(Move(kernel, Wanted(config, [OverlaySamples.Stored("10.1.2.0-24", changed, 9)]))), Is.EqualTo(
            "neighbour 10.1.2.0 dev flannel.1 lladdr 02:00:00:00:00:4d; "
            + "forwarding 02:00:00:00:00:4d dev flannel.1 dst 172.30.77.2; "
            + "removal of forwarding 02:00:00:00:00:02 dev flannel.1 dst 172.30.77.2"));
    }

    [Test]
    public void Another_backend_puts_its_routes_before_the_device_goes()
    {
        MemoryNetwork kernel = Kernel();
        Move(kernel, Wanted(OverlaySamples.Vxlan, 2));
        string changes = Text(Move(kernel, Wanted("""{"Network":"10.1.0.0/16","Backend":{"Type":"host-gw"}}""", 2)));
        Assert.That(
            changes, Is.EqualTo("route 10.1.2.0/24 via 172.30.77.2 dev eth0; removal of device flannel.1"));
    }

    [Test]
    public void A_device_that_cannot_be_changed_is_made_anew_with_all_on_it()
    {
        MemoryNetwork kernel = Kernel();
        Move(kernel, Wanted(OverlaySamples.Vxlan, 2));
        const string Other = """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","Port":4789}}""";
        string changes = Text(Move(kernel, Wanted(Other, 2)));
        Assert.That(changes, Is.EqualTo(
            "device flannel.1; address 10.1.99.0/32 of flannel.1; "
            + "neighbour 10.1.2.0 dev flannel.1 lladdr 02:00:00:00:00:02; "
            + "forwarding 02:00:00:00:00:02 dev flannel.1 dst 172.30.77.2; "
            + "route 10.1.2.0/24 via 10.1.2.0 dev flannel.1 onlink"));
    }

    [Test]
    public void What_can_be_changed_is()
    {
        MemoryNetwork kernel = Kernel();
        Move(kernel, Wanted(OverlaySamples.Vxlan, 2));
        kernel.Meddle(new NetworkChange.AddLink(kernel.State.Links[0] with { IsUp = false, Mtu = 1000 }));
        kernel.Meddle(new NetworkChange.AddAddress(
            new LinkAddress("flannel.1", IpPrefix.Parse("fe80::7/64"))));
        string changes = Text(Move(kernel, Wanted(OverlaySamples.Vxlan)));
        Assert.That(changes, Is.EqualTo(
            "MTU 1450 of flannel.1; taking up of flannel.1; address 10.1.99.0/32 of flannel.1"));
    }

    [Test]
    public void Another_subnet_gets_its_address_before_the_old_one_goes()
    {
        MemoryNetwork kernel = Kernel();
        Move(kernel, Wanted(OverlaySamples.Vxlan));
        OverlayConfig config = OverlaySamples.Config(OverlaySamples.Vxlan);
        NetworkState moved = WantedNetwork.Of(
            config, OverlaySamples.Own(config), new LeaseSubnets(IpPrefix.Parse("10.1.98.0/24"), null), [], null);
        Assert.That(Text(Move(kernel, moved)), Is.EqualTo(
            "address 10.1.98.0/32 of flannel.1; removal of address 10.1.99.0/32 of flannel.1"));
    }

    [Test]
    public void Routes_of_other_networks_stay()
    {
        MemoryNetwork kernel = Kernel();
        kernel.Meddle(new NetworkChange.EnableForwarding(false));
        NetworkRoute blue = new(IpPrefix.Parse("10.2.7.0/24"), IPAddress.Parse("172.30.77.7"), "eth0", false);
        NetworkRoute lost = new(IpPrefix.Parse("10.3.7.0/24"), IPAddress.Parse("172.30.77.7"), "eth0", false);
        NetworkRoute own = new(IpPrefix.Parse("10.1.7.0/24"), IPAddress.Parse("172.30.77.7"), "eth0", false);
        foreach (NetworkRoute route in (NetworkRoute[])[blue, lost, own])
            kernel.Meddle(new NetworkChange.PutRoute(route));
        NetworkState wanted = Wanted("""{"Network":"10.1.0.0/16","Backend":{"Type":"host-gw"}}""");
        IpPrefix[] mine = [IpPrefix.Parse("10.1.0.0/16")];
        Assert.That(
            Text(NetworkDifference.Plan(kernel.State, wanted, new RouteOwner(mine, null))),
            Is.EqualTo($"removal of route {own}"), "others are not known yet");
        Assert.That(
            Text(NetworkDifference.Plan(
                kernel.State, wanted, new RouteOwner(mine, [IpPrefix.Parse("10.2.0.0/16")]))),
            Is.EqualTo($"removal of route {lost}; removal of route {own}"));
    }

    [Test]
    public void Firewall_rules_that_somebody_changed_are_written_again()
    {
        MemoryNetwork kernel = Kernel();
        FirewallRules rules = new([], [IpPrefix.Parse("10.1.0.0/16")]);
        NetworkState wanted = Wanted(OverlaySamples.Vxlan) with { Firewall = rules };
        Move(kernel, wanted);
        Assert.That(Move(kernel, wanted), Is.Empty);
        kernel.Meddle(new NetworkChange.SetFirewall(FirewallRules.Altered));
        Assert.That(Move(kernel, wanted).Single(), Is.InstanceOf<NetworkChange.SetFirewall>());
    }

    [Test]
    public void From_any_state_to_any_other_one_traffic_goes_on()
    {
        string[] configs =
        [
            OverlaySamples.Vxlan, """{"Network":"10.1.0.0/16","Backend":{"Type":"host-gw"}}""",
            """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","VNI":7}}""",
            """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","DirectRouting":true}}""",
            """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan","Port":4789}}""",
            """{"Network":"10.1.0.0/16","Backend":{"Type":"alloc"}}""",
        ];
        for (ulong seed = 1; seed <= 300; seed++)
        {
            Prng chance = new(seed);
            MemoryNetwork kernel = Kernel();
            NetworkState before = Wanted(configs[0]);
            for (int step = 0; step < 8; step++)
            {
                OverlayConfig config = OverlaySamples.Config(configs[chance.Next(configs.Length)]);
                StoredLease[] leases =
                [
                    .. Enumerable.Range(2, 8).Where(_ => chance.Chance(0.6)).Select(n => OverlaySamples.Stored(
                        $"10.1.{n}.0-24",
                        OverlaySamples.Peer(n, config.Backend.Name) with
                        {
                            MacV4 = config.Backend.Kind == BackendKind.Vxlan
                                ? OverlaySamples.Mac(n + (chance.Chance(0.2) ? 100 : 0)) : null,
                        },
                        (ulong)n)),
                ];
                NetworkState wanted = Wanted(config, leases);
                Move(kernel, wanted, before);
                Assert.That(NetworkDifference.Plan(kernel.State, wanted, s_all), Is.Empty, $"seed {seed}");
                before = wanted;
            }
        }
    }

    private static MemoryNetwork Kernel()
    {
        MemoryNetwork kernel = new();
        kernel.Facts.Add(OverlaySamples.Eth0);
        return kernel;
    }

    private static NetworkState Wanted(string text, params int[] peers)
    {
        OverlayConfig config = OverlaySamples.Config(text);
        return Wanted(config,
        [
            .. peers.Select(n => OverlaySamples.Stored(
                $"10.1.{n}.0-24", OverlaySamples.Peer(n, config.Backend.Name), (ulong)n)),
        ]);
    }

    private static NetworkState Wanted(OverlayConfig config, StoredLease[] leases)
    {
        OwnMachine own = OverlaySamples.Own(config);
        return WantedNetwork.Of(
            config, own, new LeaseSubnets(IpPrefix.Parse("10.1.99.0/24"), null),
            PeerRules.Judge(config, OverlaySamples.Book(leases), own, null), null);
    }

    private static List<NetworkChange> Move(MemoryNetwork kernel, NetworkState wanted, NetworkState? before = null)
    {
        List<NetworkChange> changes = NetworkDifference.Plan(kernel.State, wanted, s_all);
        foreach (NetworkChange change in changes)
        {
            Assert.That(kernel.Apply([change]), Is.Empty, change.ToString());
            if (before is not null)
                Flows(kernel.State, before, wanted, changes);
        }

        return changes;
    }

    // A peer that is reached before and after, over a device that stays, is reached in between.
    private static void Flows(
        NetworkState now, NetworkState before, NetworkState after, List<NetworkChange> changes)
    {
        foreach (NetworkRoute route in before.Routes)
        {
            if (!after.Routes.Any(other => other.To == route.To)
                || changes.Exists(static change => change is NetworkChange.AddLink))
                continue;
            NetworkRoute? there = now.Routes.FirstOrDefault(one => one.To == route.To);
            Assert.That(there, Is.Not.Null, $"no route to {route.To}");
            if (!there!.IsOnLink)
                continue;
            Neighbour? neighbour = now.Neighbours.FirstOrDefault(
                one => one.Link == there.Link && one.Address.Equals(there.Via));
            Assert.That(neighbour, Is.Not.Null, $"no neighbour for {there}");
            bool isMoving = before.Neighbours.Concat(after.Neighbours)
                .Where(one => one.Address.Equals(there.Via)).Select(static one => one.Mac).Distinct().Count() > 1;
            Assert.That(
                isMoving || now.Forwardings.Any(one => one.Link == there.Link && one.Mac == neighbour!.Mac), Is.True,
                $"nothing is known of {neighbour}");
        }
    }

    private static string Text<T>(IEnumerable<T> values) => string.Join("; ", values);
}
