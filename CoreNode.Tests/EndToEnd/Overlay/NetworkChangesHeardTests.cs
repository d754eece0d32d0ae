using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>Changes that somebody else makes are heard; own ones and those that matter nothing are not.</summary>
[TestFixture, Category("EndToEnd")]
[Parallelizable(ParallelScope.Self)]
internal sealed class NetworkChangesHeardTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [SetUp]
    public void Needs_namespaces()
    {
        if (OverlayMachine.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [TestCase("ip link del flannel.7")]
    [TestCase("ip link set flannel.7 down")]
    [TestCase("ip addr flush dev flannel.7")]
    [TestCase("ip addr add 10.9.9.9/24 dev eth0")]
    [TestCase("ip route del 10.1.2.0/24")]
    [TestCase("ip route add default via 192.168.77.2")]
    [TestCase("ip -6 route add default via fd77::2")]
    [TestCase("ip neigh flush dev flannel.7 nud permanent")]
    [TestCase("ip neigh replace 10.1.2.0 lladdr 02:00:00:00:00:09 dev flannel.7 nud reachable")]
    [TestCase("bridge fdb replace 02:00:00:00:00:02 dev flannel.7 dst 192.168.77.9")]
    [TestCase("bridge fdb del 02:00:00:00:00:02 dev flannel.7")]
    [TestCase("nft delete table inet corenode_overlay")]
    [TestCase("nft flush ruleset")]
    public async Task What_somebody_changes_is_heard(string command)
    {
        if (command.StartsWith("nft", StringComparison.Ordinal) && !File.Exists("/usr/sbin/nft"))
            Assert.Ignore("there is no nft");
        using OverlayPair pair = new(isIPv6: false);
        OverlayMachine machine = Connected(pair);
        await SettleAsync(machine);
        using CancellationTokenSource end = new(s_deadline);
        Task heard = machine.Network.WaitForChangeAsync(end.Token);
        Assert.That(heard.IsCompleted, Is.False);
        string[] words = command.Split(' ');
        machine.Command(words[0], words[1..]);
        await heard;
    }

    [Test]
    public async Task What_happened_before_the_wait_is_heard_once()
    {
        using OverlayPair pair = new(isIPv6: false);
        OverlayMachine machine = Connected(pair);
        await SettleAsync(machine);
        machine.Ip("link", "set", OverlayPair.Link, "mtu", "1300");
        machine.Ip("link", "set", OverlayPair.Link, "down");
        using CancellationTokenSource end = new(s_deadline);
        await machine.Network.WaitForChangeAsync(end.Token);
        await SettleAsync(machine);
        await AssertNothingAsync(machine);
    }

    [Test]
    public async Task Own_routes_and_neighbours_of_other_devices_are_not_told()
    {
        using OverlayPair pair = new(isIPv6: false);
        OverlayMachine machine = Connected(pair);
        machine.Ip("link", "add", "other0", "type", "bridge");
        machine.TakeAddressesAtOnce("other0");
        machine.Ip("link", "set", "other0", "up");
        await SettleAsync(machine);
        machine.Ip("neigh", "add", "10.2.0.9", "lladdr", "02:00:00:00:00:09", "dev", "other0", "nud", "permanent");
        machine.Ip("route", "add", "10.66.0.0/24", "dev", "other0");
        machine.Apply(
            new NetworkChange.PutRoute(
                new NetworkRoute(IpPrefix.Parse("10.1.9.0/24"), null, OverlayPair.Link, false)),
            new NetworkChange.PutNeighbour(
                new Neighbour(OverlayPair.Link, IPAddress.Parse("10.1.9.0"), MacAddress.Local(9))));
        await AssertNothingAsync(machine);
    }

    [Test]
    public async Task More_changes_than_can_be_kept_count_as_one()
    {
        using OverlayPair pair = new(isIPv6: false);
        OverlayMachine machine = Connected(pair);
        await SettleAsync(machine);
        string batch = Path.GetTempFileName();
        try
        {
            // About 800 bytes of the buffer each; none of them would be told by itself.
            await File.WriteAllLinesAsync(batch, Enumerable.Range(0, 20000).Select(
                i => $"route add 172.{16 + i / 65536}.{i / 256 % 256}.{i % 256}/32 dev {OverlayMachine.Device}"));
            machine.Ip("-batch", batch);
        }
        finally
        {
            File.Delete(batch);
        }

        using CancellationTokenSource end = new(s_deadline);
        await machine.Network.WaitForChangeAsync(end.Token);
    }

    private static OverlayMachine Connected(OverlayPair pair)
    {
        pair.Connect(OverlayWay.Vxlan);
        OverlayMachine machine = pair.Machine(0);
        machine.Apply(new NetworkChange.SetFirewall(new FirewallRules([], [pair.Network])));
        machine.Read(OverlayPair.Link);
        return machine;
    }

    // Devices that come up or go down tell of it several times, the last time a second later.
    private static async Task SettleAsync(OverlayMachine machine)
    {
        while (true)
        {
            using CancellationTokenSource quiet = new(TimeSpan.FromMilliseconds(1500));
            try
            {
                await machine.Network.WaitForChangeAsync(quiet.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task AssertNothingAsync(OverlayMachine machine)
    {
        using CancellationTokenSource quiet = new(TimeSpan.FromMilliseconds(500));
        Task heard = machine.Network.WaitForChangeAsync(quiet.Token);
        await Task.WhenAny(heard);
        Assert.That(heard.IsCanceled, Is.True);
    }
}
