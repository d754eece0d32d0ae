using System.Net;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// Whole nodes whose machines cannot reach each other or the store, or are not told apart, or were down while something
/// changed: traffic between those that can reach each other goes on, and one line says what happened.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[NonParallelizable]
internal sealed class OverlayTroublesTests
{
    private const int VxlanMtu = 1450;
    private const int Mtu = 1500;
    private const string Leases = "/v2/keys/coreos.com/network/subnets";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    [SetUp]
    public void Needs_namespaces()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [Test]
    public async Task Who_is_cut_from_the_store_reaches_the_others_on_and_has_its_subnet_again_after_its_lease_ended()
    {
        await using OverlaySite site = await OverlaySite.StartAsync(3, 3);
        await SetAsync(site, 3, "vxlan");
        string subnet = Subnet(await site.StatusAsync(2));

        // The other members are gone for it, its containers' packets pass.
        Cut(site.Machine(2), "tcp dport { 2379, 2380 } drop", "tcp sport { 2379, 2380 } drop");
        string routes = site.Machine(2).Ip("route", "show", "proto", "110");
        ReachAll(site, 3, VxlanMtu);
        await EndLeaseAsync(site, subnet);
        await site.WaitReadyAsync(0, 1, "vxlan");
        await site.WaitReadyAsync(1, 1, "vxlan");
        site.Reach(0, 1, VxlanMtu);
        Assert.That(site.Machine(2).Ip("route", "show", "proto", "110"), Is.EqualTo(routes), "it keeps what it has");
        Assert.That(Subnet(await site.StatusAsync(2)), Is.EqualTo(subnet));

        // Its watch is its own; the next read by a quorum shows it.
        await WaitAwayAsync(site, 2);
        Assert.That(Lines(site, 2, "does not answer about"), Has.Length.EqualTo(1));

        Heal(site.Machine(2));
        for (int number = 0; number < 3; number++)
            await site.WaitReadyAsync(number, 2, "vxlan");
        Assert.That(Subnet(await site.StatusAsync(2)), Is.EqualTo(subnet));
        ReachAll(site, 3, VxlanMtu);

        // Out of everybody's reach: the others go on, and it is reached at once when it is back.
        site.Plug(2, isIn: false);
        routes = site.Machine(0).Ip("route", "show", "proto", "110");
        site.Reach(0, 1, VxlanMtu);
        Assert.That(site.Machine(0).Ip("route", "show", "proto", "110"), Is.EqualTo(routes), "its lease goes on");
        site.Plug(2, isIn: true);
        ReachAll(site, 3, VxlanMtu);
    }

    [Test]
    public async Task A_store_that_is_away_for_longer_than_all_leases_last_stops_no_traffic()
    {
        await using OverlaySite site = await OverlaySite.StartOnEtcdAsync(3);
        await SetAsync(site, 3, "vxlan");
        string[] subnets = new string[3];
        for (int number = 0; number < 3; number++)
            subnets[number] = Subnet(await site.StatusAsync(number));
        Cut(site.Machine(0), "ip saddr != 192.168.77.250 tcp dport 2379 drop");
        for (int number = 0; number < 3; number++)
            await WaitAwayAsync(site, number);
        foreach (string subnet in subnets)
            await EndLeaseAsync(site, subnet);
        ReachAll(site, 3, VxlanMtu);

        Heal(site.Machine(0));
        for (int number = 0; number < 3; number++)
        {
            await site.WaitReadyAsync(number, 2, "vxlan");
            Assert.That(Subnet(await site.StatusAsync(number)), Is.EqualTo(subnets[number]));
            Assert.That(Lines(site, number, "does not answer about"), Has.Length.EqualTo(1));
        }

        ReachAll(site, 3, VxlanMtu);
    }

    [Test]
    public async Task A_device_of_a_number_that_was_changed_while_the_node_was_down_goes()
    {
        await using OverlaySite site = await OverlaySite.StartAsync(1, 2, workers: 1);
        await SetAsync(site, 2, "vxlan");
        await site.Node(1).KillAsync();
        site.Store("overlay", "set", "--backend", "vxlan", "--vni", "9");
        await site.WaitAsync(0, "follows", _ => Devices(site, 0) == "flannel.9");
        Assert.That(Devices(site, 1), Is.EqualTo("flannel.1"));
        await site.Node(1).RestartAsync();
        await site.WaitReadyAsync(1, 1, "vxlan");
        await site.WaitReadyAsync(0, 1, "vxlan");
        Assert.That(Devices(site, 1), Is.EqualTo("flannel.9"));
        Assert.That(Lines(site, 1, "device flannel.1 is left from another configuration and removed"),
            Has.Length.EqualTo(1));
        site.Reach(0, 1, VxlanMtu);
    }

    [Test]
    public async Task Two_machines_with_one_address_and_no_devices_are_both_told_so()
    {
        await using OverlaySite site = await OverlaySite.StartAsync(
            1, 2, workers: 1, "--overlay-public-ip", "192.168.77.1");
        await BeginLateAsync(site, "host-gw");
        for (int number = 0; number < 2; number++)
        {
            await site.WaitAsync(number, "says so", static status =>
                status.GetProperty("faults").ToString().Contains(
                    "with this machine's address (192.168.77.1)", StringComparison.Ordinal));
            Assert.That(Lines(site, number, "is written by somebody else"), Has.Length.EqualTo(1));
        }
    }

    [Test]
    public async Task Two_machines_with_one_address_have_a_subnet_each_where_devices_tell_them_apart()
    {
        await using OverlaySite site = await OverlaySite.StartAsync(
            1, 2, workers: 1, "--overlay-public-ip", "192.168.77.1");
        string first = await BeginLateAsync(site, "vxlan");
        await site.WaitAsync(1, "has it", status => Subnet(status) == first);
        await site.WaitAsync(0, "has another one", status => Subnet(status) != first && Subnet(status).Length > 0);
        Assert.That(Lines(site, 0, "has this machine's own address"), Has.Length.EqualTo(1));
    }

    // The second node begins once the first one has a lease.
    private static async Task<string> BeginLateAsync(OverlaySite site, string backend)
    {
        await site.Node(1).KillAsync();
        site.Store("overlay", "set", "--network", "10.1.0.0/16", "--backend", backend);
        string subnet = Subnet(await site.WaitReadyAsync(0, 0, backend));
        await site.Node(1).RestartAsync();
        return subnet;
    }

    private static async Task SetAsync(OverlaySite site, int nodes, string backend)
    {
        site.Store("overlay", "set", "--network", "10.1.0.0/16", "--backend", backend);
        for (int number = 0; number < nodes; number++)
        {
            await site.WaitReadyAsync(number, nodes - 1, backend);
            site.AddContainer(number);
        }

        ReachAll(site, nodes, backend == "vxlan" ? VxlanMtu : Mtu);
    }

    private static void ReachAll(OverlaySite site, int nodes, int mtu)
    {
        for (int number = 0; number < nodes; number++)
        {
            site.Reach(number, (number + 1) % nodes, mtu);
            site.Reach((number + 1) % nodes, number, mtu);
        }
    }

    private static Task WaitAwayAsync(OverlaySite site, int number) => site.WaitAsync(
        number, "says that the store is away", static status =>
            status.GetProperty("waiting").ToString().Contains("the store does not answer", StringComparison.Ordinal));

    // As if a day had passed: the store lets it expire.
    private static async Task EndLeaseAsync(OverlaySite site, string subnet)
    {
        using HttpClient http = site.Client();
        string key = $"{site.StoreUrl}{Leases}/{subnet.Replace('/', '-')}";
        using JsonDocument lease = JsonDocument.Parse(await http.GetStringAsync(key));
        string value = lease.RootElement.GetProperty("node").GetProperty("value").GetString()!;
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        // The one that was cut off may have led the others.
        while (true)
        {
            using HttpResponseMessage answer = await http.PutAsync(
                $"{key}?prevExist=true", new FormUrlEncodedContent([new("value", value), new("ttl", "1")]),
                limit.Token);
            if (answer.IsSuccessStatusCode)
                break;
            await Task.Delay(s_pause, limit.Token);
        }

        while (true)
        {
            using HttpResponseMessage now = await http.GetAsync(key, limit.Token);
            if (now.StatusCode == HttpStatusCode.NotFound)
                return;
            await Task.Delay(s_pause, limit.Token);
        }
    }

    private static void Cut(OverlayMachine machine, params string[] rules)
    {
        machine.Command("nft", "add table inet cut");
        foreach (string hook in (string[])["input", "output"])
        {
            machine.Command("nft", $"add chain inet cut {hook} {{ type filter hook {hook} priority 0; }}");
            foreach (string rule in rules)
                machine.Command("nft", $"add rule inet cut {hook} {rule}");
        }
    }

    private static void Heal(OverlayMachine machine) => machine.Command("nft", "delete table inet cut");

    private static string Subnet(JsonElement status) => status.GetProperty("subnet").GetString()!;

    private static string Devices(OverlaySite site, int number) => string.Join(
        ' ', site.Machine(number).Json("ip", "-j", "link", "show", "type", "vxlan").EnumerateArray()
            .Where(static one => one.TryGetProperty("ifname", out _))
            .Select(static one => one.GetProperty("ifname").GetString()));

    private static string[] Lines(OverlaySite site, int number, string part) =>
    [
        .. site.Node(number).StandardError.Split('\n').Where(
            line => line.Contains(part, StringComparison.Ordinal)),
    ];
}
