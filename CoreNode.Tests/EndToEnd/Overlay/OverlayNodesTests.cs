using System.Diagnostics;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// Nodes of one cluster on machines of their own, whose containers reach each other: over vxlan beside a flanneld, over
/// routes, while a node is killed, while somebody takes away what is in the kernel, while the configuration changes.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[NonParallelizable]
internal sealed class OverlayNodesTests
{
    private const int VxlanMtu = 1450;
    private const int Mtu = 1500;
    private const string Device = "flannel.1";

    // What docs/overlay.md promises is a second; the machine may be busy.
    private static readonly TimeSpan s_mendLimit = TimeSpan.FromSeconds(3);

    [SetUp]
    public void Needs_namespaces()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [Test]
    public async Task Containers_of_three_nodes_and_of_a_flanneld_reach_each_other_over_vxlan()
    {
        await using OverlaySite site = await OverlaySite.StartAsync(3, 4);
        await site.WaitAsync(0, "waits for a configuration", static status =>
            status.GetProperty("waiting").ToString().Contains("overlay set", StringComparison.Ordinal));
        site.Corenode(0, "overlay", "set", "--network", "10.1.0.0/16");
        using Flanneld flanneld = new(site.Machine(3), "192.168.77.4", site.Node(0).Url);
        for (int number = 0; number < 3; number++)
            await site.WaitReadyAsync(number, 2, "vxlan");
        string subnet = await flanneld.StartAsync("10.1.200");
        Stopwatch watch = Stopwatch.StartNew();
        await site.WaitReadyAsync(0, 3, "vxlan");
        TestContext.Out.WriteLine($"a lease was in another kernel after {watch.Elapsed.TotalMilliseconds:0} ms");
        for (int number = 0; number < 3; number++)
        {
            await site.WaitReadyAsync(number, 3, "vxlan");
            site.AddContainer(number);
        }

        site.AddContainer(3, $"{subnet}.1/24", "1450");
        foreach ((int from, int to) in ((int, int)[])[(0, 1), (1, 2), (2, 0), (0, 3), (3, 1)])
            site.Reach(from, to, VxlanMtu);
        Assert.That(site.SeenOutside(0).ToString(), Is.EqualTo("192.168.77.1"), "masqueraded");
        Assert.That(site.Corenode(1, "overlay", "status"), Does.Contain("PEERS    3\n"));
        Assert.That(
            await site.MetricsAsync(1), Does.Contain("corenode_overlay_ready{network=\"\"} 1\n")
                .And.Contain("corenode_overlay_peers{network=\"\"} 3\n"));
        Assert.That(site.Corenode(1, "overlay", "leases"), Does.Match(@"10\.1\.200\.0/24 +192\.168\.77\.4 +vxlan"));
        Assert.That(
            await File.ReadAllTextAsync(Path.Combine(site.Node(0).Place.Folder, "docker.env")), Does.Contain("--bip="));
        await A_killed_node_leaves_traffic_as_it_is(site);
        await What_somebody_takes_away_comes_back(site);
        await A_lease_with_nonsense_is_shown_and_left_out(site);
    }

    [Test]
    public async Task Over_routes_and_back_and_with_other_addresses_under_way()
    {
        await using OverlaySite site = await OverlaySite.StartAsync(3, 3);
        site.Corenode(0, "overlay", "set", "--network", "10.1.0.0/16", "--backend", "host-gw");
        await ReadyAsync(site, "host-gw");
        Assert.That(site.Machine(0).Ip("route", "show", "proto", "110"), Does.Match(@"10\.1\.\d+\.0/24 via 192\.168"));
        for (int number = 0; number < 3; number++)
            site.Reach(number, (number + 1) % 3, Mtu);

        Assert.That(
            site.Corenode(1, "overlay", "set", "--backend", "vxlan", "--vni", "7"),
            Does.Contain("all machines change from host-gw to vxlan"));
        await ReadyAsync(site, "vxlan");
        Assert.That(site.Machine(0).Ip("link", "show", "flannel.7"), Does.Contain("mtu 1450"));
        for (int number = 0; number < 3; number++)
            site.Reach(number, (number + 1) % 3, VxlanMtu);

        site.Corenode(2, "overlay", "set", "--network", "10.2.0.0/16", "--move-leases");
        for (int number = 0; number < 3; number++)
        {
            await site.WaitAsync(number, "has moved", static status =>
                status.GetProperty("subnet").GetString()!.StartsWith("10.2.", StringComparison.Ordinal));
        }

        await ReadyAsync(site, "vxlan");
        for (int number = 0; number < 3; number++)
            site.Reach(number, (number + 1) % 3, VxlanMtu);
        Assert.That(site.Machine(0).Ip("route", "show", "proto", "110"), Does.Not.Contain("10.1."));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_worker_takes_part_and_so_does_a_node_on_an_existing_etcd(bool isOnEtcd)
    {
        await using OverlaySite site = isOnEtcd
            ? await OverlaySite.StartOnEtcdAsync(2) : await OverlaySite.StartAsync(1, 2, workers: 1);
        Assert.That(
            site.Store("overlay", "set", "--network", "10.1.0.0/16", "--backend", "host-gw", "--subnet-len", "25"),
            Does.Contain("\"SubnetLen\":25"));
        await ReadyAsync(site, "host-gw", 2);
        site.Reach(0, 1, Mtu);
        Assert.That(site.Store("overlay", "leases"), Does.Match(@"10\.1\.\d+\.\d+/25 +192\.168\.77\.2 +host-gw"));
    }

    [TestCase("vxlan", 1430)]
    [TestCase("host-gw", 1500)]
    public async Task Both_families_go_at_once(string backend, int mtu)
    {
        await using OverlaySite site = await OverlaySite.StartAsync(1, 2, workers: 1);
        site.Corenode(
            0, "overlay", "set", "--network", "10.1.0.0/16", "--ipv6", "fd10:1::/48", "--backend", backend);
        await ReadyAsync(site, backend, 2);
        site.Reach(0, 1, mtu);
        site.ReachV6(0, 1, mtu);
        site.ReachV6(1, 0, mtu);
    }

    private static async Task ReadyAsync(OverlaySite site, string backend, int nodes = 3)
    {
        for (int number = 0; number < nodes; number++)
        {
            await site.WaitReadyAsync(number, nodes - 1, backend);
            site.AddContainer(number);
        }
    }

    private static async Task A_killed_node_leaves_traffic_as_it_is(OverlaySite site)
    {
        await site.Node(2).KillAsync();
        site.Reach(0, 1, VxlanMtu);
        site.Reach(0, 2, VxlanMtu);
        site.Reach(2, 3, VxlanMtu);
        string before = site.Machine(2).Ip("-d", "link", "show", Device);
        await site.Node(2).RestartAsync();
        JsonElement status = await site.WaitReadyAsync(2, 3, "vxlan");
        string own = site.Address(2).ToString();
        Assert.That(
            status.GetProperty("subnet").GetString(), Is.EqualTo(own[..own.LastIndexOf('.')] + ".0/24"),
            "it has the same subnet again");
        Assert.That(site.Machine(2).Ip("-d", "link", "show", Device), Is.EqualTo(before), "and the same device");
        site.Reach(2, 0, VxlanMtu);
    }

    private static async Task What_somebody_takes_away_comes_back(OverlaySite site)
    {
        OverlayMachine machine = site.Machine(0);
        string peer = site.Address(1).ToString();
        string subnet = peer[..peer.LastIndexOf('.')] + ".0";
        JsonElement status = await site.StatusAsync(0);
        string mac = status.GetProperty("peers").EnumerateArray()
            .First(one => one.GetProperty("subnet").GetString() == $"{subnet}/24").GetProperty("mac").GetString()!;
        (string Command, string Named)[] removals =
        [
            ($"ip route del {subnet}/24", $"route {subnet}/24"), ($"ip neigh del {subnet} dev {Device}", "neighbour"),
            ($"bridge fdb del {mac} dev {Device}", "forwarding"), ($"ip addr flush dev {Device}", "address"),
            ("nft delete table inet corenode_overlay", "firewall rules"), ($"ip link set {Device} down", "taking up"),
            ($"ip link del {Device}", $"device {Device}"),
        ];
        foreach ((string command, string named) in removals)
        {
            string before = Kernel(machine);
            int lines = Mendings(site, 0).Length;
            string[] words = command.Split(' ');
            machine.Command(words[0], words[1..]);
            Stopwatch watch = Stopwatch.StartNew();
            while (Kernel(machine) != before && watch.Elapsed < s_mendLimit)
                await Task.Delay(10);
            TestContext.Out.WriteLine($"{command}: mended after {watch.Elapsed.TotalMilliseconds:0} ms");
            Assert.That(Kernel(machine), Is.EqualTo(before), command);
            site.Reach(0, 1, VxlanMtu);
            string[] mendings = Mendings(site, 0);
            Assert.That(mendings, Has.Length.EqualTo(lines + 1), $"{command}: one line");
            Assert.That(mendings[^1], Does.Contain($"put back: {named}"), command);
        }
    }

    private static string[] Mendings(OverlaySite site, int number) =>
    [
        .. site.Node(number).StandardError.Split('\n').Where(static line =>
            line.Contains("somebody changed the kernel's network", StringComparison.Ordinal)),
    ];

    private static string Kernel(OverlayMachine machine) =>
        !machine.Ip("-o", "link").Contains(Device, StringComparison.Ordinal) ? ""
            : Sorted(machine.Ip("route", "show", "proto", "110"))
                + Sorted(machine.Ip("neigh", "show", "dev", Device, "nud", "permanent"))
                + Sorted(machine.Command("bridge", "fdb", "show", "dev", Device))
                + machine.Ip("-brief", "addr", "show", "dev", Device)
                + machine.Command("nft", "list", "ruleset");

    private static string Sorted(string lines) =>
        string.Join('\n', lines.Split('\n').Select(static line => line.Trim()).Order(StringComparer.Ordinal));

    private static async Task A_lease_with_nonsense_is_shown_and_left_out(OverlaySite site)
    {
        string before = site.Machine(1).Ip("route");
        site.Corenode(0, "kv", "set", "/coreos.com/network/subnets/10.1.210.0-24", "nonsense");
        site.Corenode(0, "kv", "set", "/coreos.com/network/subnets/10.9.0.0-24", """{"PublicIP":"192.168.77.1"}""");
        await site.WaitAsync(1, "shows them", static status =>
            status.GetProperty("peers").EnumerateArray().Count(
                static peer => peer.GetProperty("reason").GetString() != "") == 2);
        Assert.That(site.Machine(1).Ip("route"), Is.EqualTo(before));
    }
}
