using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Store;
using CoreNode.Tests.Simulation.Overlay;

namespace CoreNode.Tests.Overlay;

/// <summary>What others do to a machine's part of the network is mended or named, once.</summary>
[TestFixture, Category("Unit")]
internal sealed class OverlayMendingTests : SimulatedOverlay
{
    [TestCase("route")]
    [TestCase("neighbour")]
    [TestCase("forwarding")]
    [TestCase("address")]
    [TestCase("firewall rules")]
    public void One_thing_that_somebody_removes_is_put_back_and_named(string what)
    {
        Begin();
        NetworkState before = First.Kernel.State;
        First.Kernel.Meddle(what switch
        {
            "route" => new NetworkChange.RemoveRoute(before.Routes[0]),
            "neighbour" => new NetworkChange.RemoveNeighbour(before.Neighbours[0]),
            "forwarding" => new NetworkChange.RemoveForwarding(before.Forwardings[0]),
            "address" => new NetworkChange.RemoveAddress(before.Addresses[0]),
            _ => new NetworkChange.SetFirewall(null),
        });
        Pass(1);
        Assert.That(
            First.Status.Faults.Single().Reason,
            Does.StartWith($"somebody changed the kernel's network; put back: {what}").And.Not.Contain("more"));
        NetworkState after = First.Kernel.State;
        Assert.That(
            (after.Routes.Count, after.Neighbours.Count, after.Forwardings.Count, after.Addresses.Count),
            Is.EqualTo((2, 2, 2, 1)));
        Assert.That(after.Firewall, Is.EqualTo(before.Firewall));
    }

    [Test]
    public void Another_look_that_is_due_takes_no_readiness_away()
    {
        Begin();
        for (int times = 0; times < 30; times++)
        {
            First.Kernel.Tell();
            Cluster.World.RunUntil(Cluster.World.Now + (Second / 100));
            Assert.That(First.Status.IsReady, Is.True);
        }
    }

    [Test]
    public void Changes_of_the_store_are_nobodys_meddling()
    {
        Begin();
        Other.Kill();
        Cluster.Store.Delete(OverlayKeys.Default.Lease(Other.Status.Lease!.Name), KvDeleteOptions.None);
        Pass(1);
        Other.Begin();
        Pass(1);
        Cluster.Configure();
        Pass(5);
        Assert.That(Sends(First, Other), Is.True);
        Assert.That(First.Status.Faults, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_device_of_a_number_that_changed_while_nobody_looked_is_removed_or_named(bool isOurs)
    {
        Begin();
        First.Kill();
        Cluster.Configure();
        Pass(5);
        Assert.That(First.Kernel.State.Links.Single().Name, Is.EqualTo("flannel.1"));
        if (!isOurs)
        {
            First.Kernel.Meddle(new NetworkChange.AddLink(
                First.Kernel.State.Links[0] with { Mac = MacAddress.Parse("36:06:b5:2a:67:f2") }));
        }

        First.Kernel.Facts.Add(new InterfaceFacts(
            9, "flannel.1", 1450, true, [new IpPrefix(First.Env!.Subnets.V4!.Address, 32)], false));
        First.Begin();
        Pass(5);
        Assert.That(First.Status.IsReady, Is.True);
        Assert.That(
            First.Kernel.State.Links.Select(static one => one.Name),
            Is.EquivalentTo(isOurs ? ["flannel.2"] : new[] { "flannel.1", "flannel.2" }));
        Assert.That(
            First.Status.Faults.Single().Reason, Does.StartWith("device flannel.1 is left from another configuration")
                .And.Contain(isOurs ? "removed" : "ip link del flannel.1"));
        Assert.That(Sends(First, Other), Is.True);
    }

    [Test]
    public void A_device_of_another_network_of_this_machine_stays()
    {
        foreach (OverlayMachine machine in Cluster.Machines)
            machine.Networks = ["", "blue"];
        Cluster.Store.Set($"{Prefix}/blue/config",
            """{"Network":"10.7.0.0/16","Backend":{"Type":"vxlan","VNI":9}}""", KvSetOptions.None);
        Begin();
        First.Kill();
        foreach (LinkAddress one in First.Kernel.State.Addresses)
            First.Kernel.Facts.Add(new InterfaceFacts(9, one.Link, 1450, true, [one.Address], false));

        First.Begin();
        Pass(5);
        Assert.That(First.Kernel.State.Links, Has.Count.EqualTo(2));
        Assert.That(First.AllStatus.Select(static s => s.Faults.Count), Is.All.Zero);
    }

    [Test]
    public void Without_devices_machines_with_one_address_are_told_of_each_other()
    {
        Cluster = new OverlayCluster(
            new OverlayPlan(7, OverlayBug.None) { Machines = 3, Faults = 0, HasTwins = true, Backend = "host-gw" });
        OverlayMachine twin = Cluster.Machines[2];
        Cluster.Configure();
        First.Begin();
        Other.Begin();
        Pass(5);
        Assert.That(First.Status.Faults.Count + Other.Status.Faults.Count, Is.Zero);
        First.Kill();
        First.Begin();
        Pass(5);
        Assert.That(First.Status.Faults, Is.Empty, "another process of the same machine is no twin");
        twin.Begin();
        Pass(5);
        foreach (OverlayMachine one in (OverlayMachine[])[First, twin])
        {
            Assert.That(one.Status.Lease!.Name, Is.EqualTo(First.Status.Lease!.Name));
            Assert.That(
                one.Status.Faults.Single().Reason,
                Does.Contain($"is written by somebody else with this machine's address ({First.Address})"));
        }

        ulong index = Cluster.Store.Find(OverlayKeys.Default.Lease(First.Status.Lease!.Name))!.ModifiedIndex.Value;
        Pass(7200);
        Assert.That(
            Cluster.Store.Find(OverlayKeys.Default.Lease(First.Status.Lease.Name))!.ModifiedIndex.Value,
            Is.EqualTo(index), "they do not go on answering each other");
        Assert.That(Other.Status.Faults, Is.Empty);
        Assert.That(Other.Kernel.HasRoute(First.Status.Lease.Subnets.V4!, First.Address), Is.True);
    }
}
