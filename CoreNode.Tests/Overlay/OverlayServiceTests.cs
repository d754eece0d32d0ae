using System.Net;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Store;
using CoreNode.Tests.Simulation.Overlay;

namespace CoreNode.Tests.Overlay;

/// <summary>The service on a few machines over a simulated store and kernel: time passes as the test says.</summary>
[TestFixture, Category("Unit")]
internal sealed class OverlayServiceTests : SimulatedOverlay
{
    [Test]
    public void Without_a_configuration_it_waits_and_says_for_what()
    {
        First.Begin();
        Pass(2);
        Assert.That(First.Status.Waiting.Single(), Does.Contain("no configuration yet at /coreos.com/network/config"));
        Assert.That(First.Kernel.Batches, Is.Zero);
        Begin();
        Assert.That(First.Status.Waiting, Is.Empty);
        Assert.That(First.Status.IsReady, Is.True);
    }

    [Test]
    public void Machines_reach_each_other_and_say_so()
    {
        Begin();
        OverlayStatus status = First.Status;
        Assert.That(status.Peers.Select(static p => p.Problem), Is.All.Empty);
        Assert.That(status.Peers, Has.Count.EqualTo(2));
        Assert.That(Sends(First, Other) && Sends(Other, First), Is.True);
        Assert.That(status.Interface, Is.EqualTo("eth0"));
        Assert.That(status.Mtu, Is.EqualTo(1450));
        Assert.That(status.Until! - status.RenewalAt!, Is.GreaterThan(TimeSpan.FromHours(1)));
        Assert.That(First.Env!.Subnets, Is.EqualTo(status.Lease!.Subnets));
        Assert.That(First.Kernel.State.Firewall!.Masquerades.Single().Subnet, Is.EqualTo(status.Lease.Subnets.V4));
    }

    [Test]
    public void A_flannel_of_2015_and_this_read_each_other()
    {
        FlannelPeer flannel = new(Cluster.Store, "172.31.9.9", "36:06:b5:2a:67:f2");
        Cluster.Configure();
        flannel.Start();
        Assert.That(flannel.Subnet, Is.EqualTo("10.1.1.0-24"));
        Begin();
        foreach (OverlayMachine machine in Cluster.Machines)
        {
            LeaseValue own = machine.Status.Own!;
            Assert.That(
                machine.Kernel.Sends(
                    IpPrefix.Parse("10.1.1.0/24"), MacAddress.Parse("36:06:b5:2a:67:f2"),
                    IPAddress.Parse("172.31.9.9")),
                Is.True);
            flannel.Read();
            Assert.That(
                flannel.Peers[machine.Status.Lease!.Name], Is.EqualTo($"{own.PublicV4} {own.MacV4}"));
        }

        // It starts again, with another device: the plain PUT on its own lease.
        FlannelPeer again = new(Cluster.Store, "172.31.9.9", "36:06:b5:2a:67:f3");
        again.Start();
        Assert.That(again.Subnet, Is.EqualTo("10.1.1.0-24"));
        Pass(1);
        Assert.That(
            First.Kernel.Sends(
                IpPrefix.Parse("10.1.1.0/24"), MacAddress.Parse("36:06:b5:2a:67:f3"), IPAddress.Parse("172.31.9.9")),
            Is.True);
        Cluster.Store.Delete($"{Prefix}/subnets/10.1.1.0-24", KvDeleteOptions.None);
        Pass(1);
        Assert.That(First.Kernel.Routes.Any(static r => r.To.ToString() == "10.1.1.0/24"), Is.False);
    }

    [Test]
    public void A_lease_of_flannel_on_this_machine_is_taken_over_with_its_device()
    {
        Cluster.Configure();
        FlannelPeer flannel = new(Cluster.Store, First.Address.ToString(), "36:06:b5:2a:67:f2");
        flannel.Start();
        First.Kernel.Meddle(new NetworkChange.AddLink(new VxlanLink(
            "flannel.1", 1, 8472, First.Address, 2, 1450, MacAddress.Parse("36:06:b5:2a:67:f2"), false, false)));
        Begin();
        Assert.That(First.Status.Lease!.Name, Is.EqualTo("10.1.1.0-24"));
        Assert.That(First.Status.Own!.MacV4!.ToString(), Is.EqualTo("36:06:b5:2a:67:f2"));
        Assert.That(Cluster.Store.Find($"{Prefix}/subnets/10.1.1.0-24")!.Value, Is.EqualTo(flannel.Value));
    }

    [Test]
    public void While_the_store_is_away_everything_stays_and_what_expired_goes_after_it()
    {
        Begin();
        Cluster.Store.Set(
            $"{Prefix}/subnets/10.1.200.0-24",
            """{"PublicIP":"172.31.8.8","BackendType":"vxlan","BackendData":{"VtepMAC":"36:06:b5:2a:67:f2"}}""",
            new KvSetOptions { TimeToLive = TimeSpan.FromMinutes(30) });
        Pass(1);
        Cluster.Store.GoAway(3600 * Second);
        NetworkState before = First.Kernel.State;
        Pass(3590);
        Assert.That(string.Join(' ', First.Kernel.State.Routes), Is.EqualTo(string.Join(' ', before.Routes)));
        Assert.That(First.Status.Waiting.Single(), Does.StartWith("the store does not answer"));
        Assert.That(First.Status.StoreAwaySince, Is.Not.Null);
        Pass(20);
        Cluster.Store.Expire();
        Pass(5);
        Assert.That(First.Kernel.Routes.Any(static r => r.To.ToString() == "10.1.200.0/24"), Is.False);
        Assert.That(Sends(First, Other), Is.True);
        Assert.That(First.Status.IsReady, Is.True);
    }

    [Test]
    public void Who_was_cut_off_for_longer_than_its_lease_gives_way_to_who_has_its_subnet_now()
    {
        Begin();
        HeldLease lease = First.Status.Lease!;
        First.Cut(25 * OverlayPlan.Hour);
        Pass((int)TimeSpan.FromHours(24.5).TotalSeconds);
        Cluster.Store.Expire();
        Assert.That(Cluster.Store.Find(OverlayKeys.Default.Lease(lease.Name)), Is.Null);
        Assert.That(First.Status.Lease, Is.EqualTo(lease), "nobody has told it");
        Cluster.Store.Set(
            OverlayKeys.Default.Lease(lease.Name),
            """{"PublicIP":"172.31.9.9","BackendType":"vxlan","BackendData":{"VtepMAC":"36:06:b5:2a:67:f2"}}""",
            KvSetOptions.None);
        Pass(3600);
        Assert.That(First.Status.Lease!.Name, Is.Not.EqualTo(lease.Name));
        Assert.That(First.Subnet, Is.EqualTo(First.Status.Lease.Subnets.V4!.Address));
        Assert.That(Sends(Other, First), Is.True);
    }

    [Test]
    public void Three_hundred_peers_at_once_are_few_changes_of_the_kernel()
    {
        Begin();
        int before = First.Kernel.Batches;
        for (int n = 0; n < 300; n++)
        {
            int number = n;
            Cluster.World.After(n * Second / 1000, () => Cluster.Store.Set(
                $"{Prefix}/subnets/10.1.{100 + (number % 150)}.0-24",
                $$$"""
                {"PublicIP":"172.31.{{{10 + (number / 200)}}}.{{{(number % 200) + 1}}}","BackendType":"vxlan",
                 "BackendData":{"VtepMAC":"36:06:b5:2a:{{{number / 256:x2}}}:{{{number % 256:x2}}}"}}
                """,
                KvSetOptions.None));
        }

        Cluster.World.RunUntil(Cluster.World.Now + (800 * Second / 1000));
        Assert.That(First.Kernel.Routes, Has.Count.EqualTo(152), "500 ms after the last one");
        Assert.That(First.Kernel.Batches - before, Is.LessThanOrEqualTo(8));
    }

    [Test]
    public void What_somebody_removes_is_put_back()
    {
        Begin();
        MacAddress mac = First.Status.Own!.MacV4!;
        First.Kernel.Meddle(new NetworkChange.RemoveLink("flannel.1"));
        Pass(1);
        Assert.That(Sends(First, Other), Is.True);
        Assert.That(First.Kernel.State.Links.Single().Mac, Is.EqualTo(mac));
        Assert.That(First.Subnet, Is.EqualTo(First.Status.Lease!.Subnets.V4!.Address));
        Assert.That(
            First.Status.Faults.Single().Reason,
            Is.EqualTo("somebody changed the kernel's network; put back: device flannel.1 and 7 more"));
    }

    [Test]
    public void A_deleted_lease_is_taken_again_and_a_taken_one_is_given_up()
    {
        Begin();
        HeldLease lease = First.Status.Lease!;
        Cluster.Store.Delete(OverlayKeys.Default.Lease(lease.Name), KvDeleteOptions.None);
        Pass(1);
        Assert.That(First.Status.Lease, Is.EqualTo(lease));
        Assert.That(Cluster.Store.Find(OverlayKeys.Default.Lease(lease.Name))!.Value, Is.EqualTo(lease.Text));

        Cluster.Store.Set(
            OverlayKeys.Default.Lease(lease.Name),
            """{"PublicIP":"172.31.9.9","BackendType":"vxlan","BackendData":{"VtepMAC":"36:06:b5:2a:67:f2"}}""",
            KvSetOptions.None);
        Pass(1);
        Assert.That(First.Status.Lease!.Name, Is.Not.EqualTo(lease.Name));
        Assert.That(First.Subnet, Is.EqualTo(First.Status.Lease.Subnets.V4!.Address));
        Assert.That(First.Kernel.Addresses, Has.Count.EqualTo(1));
        Assert.That(First.Status.Faults[0].Reason, Does.Contain("was taken by").And.Contain("started anew"));
    }

    [Test]
    public void A_lease_is_renewed_an_hour_before_its_end()
    {
        Begin();
        string key = OverlayKeys.Default.Lease(First.Status.Lease!.Name);
        ulong written = Cluster.Store.Find(key)!.ModifiedIndex.Value;
        Pass((int)TimeSpan.FromHours(22.3).TotalSeconds);
        Assert.That(Cluster.Store.Find(key)!.ModifiedIndex.Value, Is.EqualTo(written));
        Pass((int)TimeSpan.FromHours(1.3).TotalSeconds);
        Assert.That(Cluster.Store.Find(key)!.ModifiedIndex.Value, Is.GreaterThan(written));
        Assert.That(Cluster.Store.Find(key)!.TtlSeconds, Is.GreaterThan(80_000));
    }

    [Test]
    public void A_reservation_keeps_having_no_end()
    {
        Cluster.Store.Set(
            $"{Prefix}/subnets/10.1.77.0-24", $$"""{"PublicIP":"{{First.Address}}"}""", KvSetOptions.None);
        Begin();
        Assert.That(First.Status.Lease!.IsReserved, Is.True);
        Assert.That(First.Status.RenewalAt, Is.Null);
        Assert.That(Cluster.Store.Find($"{Prefix}/subnets/10.1.77.0-24")!.TtlSeconds, Is.Null);
    }

    [Test]
    public void A_configuration_that_is_wrong_changes_nothing()
    {
        Begin();
        HeldLease lease = First.Status.Lease!;
        Configure("""{"Network":"10.9.0.0/16","Backend":{"Type":"vxlan","VNI":"x"}}""");
        Assert.That(First.Status.ConfigProblems.Single().Field, Is.EqualTo("Backend.VNI"));
        Assert.That(First.Status.Waiting.Single(), Does.Contain("is refused: Backend.VNI:"));
        Configure("""{"Network":"172.16.0.0/12"}""");
        Assert.That(
            First.Status.ConfigProblems.Single().ToString(),
            Does.Contain("overlaps with 172.31.0.0/16 of interface eth0"));
        Assert.That(First.Status.Lease, Is.EqualTo(lease));
        Assert.That(Sends(First, Other), Is.True);
        Cluster.Store.Delete(OverlayKeys.Default.Config, KvDeleteOptions.None);
        Pass(1);
        Assert.That(First.Status.Waiting.Single(), Does.Contain("was removed; the last one is followed"));
    }

    [Test]
    public void A_new_network_or_backend_is_switched_to()
    {
        Begin();
        string old = First.Status.Lease!.Name;
        Configure("""{"Network":"10.9.0.0/16","Backend":{"Type":"vxlan","VNI":5}}""");
        Assert.That(First.Status.Lease!.Subnets.ToString(), Does.StartWith("10.9."));
        Assert.That(Cluster.Store.Find(OverlayKeys.Default.Lease(old)), Is.Null);
        Assert.That(First.Kernel.State.Links.Single().Name, Is.EqualTo("flannel.5"));
        Assert.That(First.Kernel.Routes.Count, Is.EqualTo(2));
        string name = First.Status.Lease.Name;
        Configure("""{"Network":"10.9.0.0/16","Backend":{"Type":"host-gw"}}""");
        Assert.That(First.Status.Lease!.Name, Is.EqualTo(name));
        Assert.That(First.Kernel.State.Links, Is.Empty);
        Assert.That(First.Kernel.HasRoute(Other.Status.Lease!.Subnets.V4!, Other.Address), Is.True);
    }

    [Test]
    public void Two_networks_share_a_machine()
    {
        foreach (OverlayMachine machine in Cluster.Machines)
            machine.Networks = ["", "blue"];
        Cluster.Store.Set($"{Prefix}/blue/config",
            """{"Network":"10.7.0.0/16","Backend":{"Type":"host-gw"}}""", KvSetOptions.None);
        Begin();
        Assert.That(First.AllStatus.Select(static s => s.IsReady), Is.All.True);
        Assert.That(First.Kernel.Routes.Count, Is.EqualTo(4));
        Assert.That(First.Kernel.State.Firewall!.Forwarded, Has.Count.EqualTo(2));
        Cluster.Store.Set($"{Prefix}/blue/config", """{"Network":"10.1.128.0/17"}""", KvSetOptions.None);
        Pass(2);
        Assert.That(
            string.Join(' ', First.AllStatus[1].ConfigProblems), Does.Contain("overlaps with 10.1.0.0/16"));
    }

    [Test]
    public void What_the_kernel_refuses_is_shown_and_tried_again()
    {
        First.Kernel.Fails = static change => change is NetworkChange.SetFirewall ? "there is no nf_tables" : null;
        Begin();
        Assert.That(Sends(First, Other), Is.True, "the rest goes on");
        Assert.That(First.Status.Faults[0].Reason, Is.EqualTo("there is no nf_tables"));
        Assert.That(First.Status.IsReady, Is.False);
        First.Kernel.Fails = static change => change is NetworkChange.PutRoute { Route.To: var to }
            && to.Address.Equals(IPAddress.Parse("10.1.150.0")) ? "a route is in the way" : null;
        Cluster.Store.Set(
            $"{Prefix}/subnets/10.1.150.0-24",
            """{"PublicIP":"172.31.8.8","BackendType":"vxlan","BackendData":{"VtepMAC":"36:06:b5:2a:67:f2"}}""",
            KvSetOptions.None);
        Pass(1);
        Assert.That(
            First.Status.Peers.Single(static p => p.Entry.Name == "10.1.150.0-24").Problem,
            Is.EqualTo("a route is in the way"));
        First.Kernel.Fails = static _ => null;
        Pass(120);
        Assert.That(First.Status.IsReady, Is.True);
    }

    [Test]
    public void A_kernel_that_does_not_answer_is_asked_again()
    {
        First.Kernel.IsMute = true;
        Begin();
        Assert.That(First.Status.Faults[0].Reason, Is.EqualTo("the kernel does not answer"));
        First.Kernel.IsMute = false;
        Pass(120);
        Assert.That(Sends(First, Other), Is.True);
    }

    [Test]
    public void Without_its_interface_it_waits_and_keeps_what_is_there()
    {
        Begin();
        InterfaceFacts eth0 = First.Kernel.Facts[0];
        First.Kernel.Facts[0] = eth0 with { HasDefaultRoute = false };
        First.Kernel.Tell();
        Pass(2);
        Assert.That(First.Status.Waiting.Single(), Does.StartWith("no interface has the default route"));
        Assert.That(Sends(First, Other), Is.True);
        First.Kernel.Facts[0] = eth0;
        First.Kernel.Tell();
        Pass(2);
        Assert.That(First.Status.IsReady, Is.True);
    }

    [Test]
    public void A_network_that_is_full_is_said_and_left_again()
    {
        Cluster.Store.Set(OverlayKeys.Default.Config,
            """{"Network":"10.1.0.0/22","SubnetMax":"10.1.2.0"}""", KvSetOptions.None);
        foreach (OverlayMachine machine in Cluster.Machines)
            machine.Begin();
        Pass(10);
        OverlayMachine left = Cluster.Machines.Single(static m => m.Status.Lease is null);
        Assert.That(left.Status.Waiting.Single(), Does.StartWith("every subnet of the network is leased"));
        OverlayMachine gone = Cluster.Machines.First(m => m != left);
        gone.Kill();
        Cluster.Store.Delete(OverlayKeys.Default.Lease(gone.Status.Lease!.Name), KvDeleteOptions.None);
        Pass(60);
        Assert.That(left.Status.Lease, Is.Not.Null);
    }

    [Test]
    public void What_is_known_of_five_hundred_peers_is_small()
    {
        OverlayConfig config = ConfigJson.Read("""{"Network":"10.0.0.0/8"}""").Config!;
        OwnMachine own = new(
            new LeaseValue(IPAddress.Parse("172.31.0.1"), null, "vxlan", new MacAddress(0x020000000001), null),
            First.Kernel.Facts[0], First.Address, null);
        string[] texts = new string[500];
        for (int n = 0; n < texts.Length; n++)
        {
            texts[n] = $$$"""
                {"PublicIP":"172.31.{{{1 + (n / 200)}}}.{{{(n % 200) + 1}}}","BackendType":"vxlan",
                 "BackendData":{"VtepMAC":"36:06:b5:2a:{{{n / 256:x2}}}:{{{n % 256:x2}}}"}}
                """;
        }

        LeaseBook book = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int n = 0; n < texts.Length; n++)
            book.Put(new StoredLease($"10.{n / 200}.{(n % 200) + 1}.0-24", texts[n], default, default, null));

        IReadOnlyList<OverlayPeer> peers = PeerRules.Judge(config, book, own, null);
        NetworkState wanted = WantedNetwork.Of(config, own, null, peers, null);
        List<NetworkChange> changes = NetworkDifference.Plan(
            new NetworkState([], [], [], [], [], null), wanted, new RouteOwner([], []));
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Out.WriteLine($"500 peers: {bytes} bytes with all that is thrown away again");
        Assert.That(changes, Has.Count.EqualTo(1502));
        Assert.That(bytes, Is.LessThan(4_000_000));
    }

    private void Configure(string text)
    {
        Cluster.Store.Set(OverlayKeys.Default.Config, text, KvSetOptions.None);
        Pass(3);
    }
}
