using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>The network that clusters are attacked on does what it is told, and touches nothing outside.</summary>
[TestFixture, Category("EndToEnd")]
[Parallelizable(ParallelScope.Self)]
internal sealed class PacketNetworkTests
{
    private const int Port = 7;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [SetUp]
    public void Needs_namespaces()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
    }

    [Test]
    public async Task Places_talk_over_addresses_of_their_own()
    {
        using PacketNetwork network = new(places: 3, seed: 1);
        using Socket listener = Listen(network, 2);
        using Socket client = Open(network, 0);
        await client.ConnectAsync(new IPEndPoint(PacketNetwork.Address(2), Port)).WaitAsync(s_deadline);
        using Socket accepted = await listener.AcceptAsync().WaitAsync(s_deadline);
        Assert.That(((IPEndPoint)accepted.RemoteEndPoint!).Address, Is.EqualTo(PacketNetwork.Address(0)));
        Assert.That(((IPEndPoint)client.RemoteEndPoint!).Address.ToString(), Is.EqualTo("10.77.0.12"));
    }

    [Test]
    public async Task A_cut_way_loses_everything_until_it_is_healed()
    {
        using PacketNetwork network = new(places: 3, seed: 1);
        using Socket listener = Listen(network, 2);
        network.Faults = LinkFaults.None.WithoutPair(1, 2);
        using Socket client = Open(network, 1);
        Task connecting = client.ConnectAsync(new IPEndPoint(PacketNetwork.Address(2), Port));
        using Socket other = Open(network, 0);
        await other.ConnectAsync(new IPEndPoint(PacketNetwork.Address(2), Port)).WaitAsync(s_deadline);
        Assert.That(connecting.IsCompleted, Is.False);
        Assert.That(network.LostCount, Is.Positive);
        network.Faults = LinkFaults.None;
        await connecting.WaitAsync(s_deadline);
    }

    [Test]
    public async Task Delay_is_added_in_both_directions()
    {
        using PacketNetwork network = new(places: 3, seed: 1);
        using Socket listener = Listen(network, 2);
        network.Faults = LinkFaults.None with { Delay = TimeSpan.FromMilliseconds(30) };
        using Socket client = Open(network, 1);
        Stopwatch watch = Stopwatch.StartNew();
        await client.ConnectAsync(new IPEndPoint(PacketNetwork.Address(2), Port)).WaitAsync(s_deadline);
        Assert.That(watch.Elapsed.TotalMilliseconds, Is.GreaterThanOrEqualTo(60));
    }

    [Test]
    public void A_namespace_holds_nothing_but_its_own_devices()
    {
        string[] before = Devices();
        using PacketNetwork network = new(places: 2, seed: 1);
        string[] inside = network[1].Run(Devices);
        Assert.That(inside, Is.EquivalentTo(new[] { "lo", "eth0" }));
        Assert.That(Devices(), Is.EqualTo(before), "the devices outside");
    }

    private static string[] Devices() =>
        [.. File.ReadLines("/proc/thread-self/net/dev").Skip(2).Select(l => l.Split(':')[0].Trim())];

    private static Socket Open(PacketNetwork network, int place) =>
        network[place].Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    private static Socket Listen(PacketNetwork network, int place)
    {
        Socket listener = Open(network, place);
        listener.Bind(new IPEndPoint(PacketNetwork.Address(place), Port));
        listener.Listen();
        return listener;
    }
}
