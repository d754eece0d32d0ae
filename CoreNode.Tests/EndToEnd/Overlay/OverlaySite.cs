using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// Machines on one switch, 192.168.77.1 and so on, the first ones with a node each that takes part in the overlay
/// network: a member, a worker, or one whose store is an etcd on the first machine; beside each node a container behind
/// a bridge that has what subnet.env says. Owned by one test; ends what it started.
/// </summary>
internal sealed class OverlaySite : IAsyncDisposable
{
    /// <summary>The address of a machine beside the network.</summary>
    public const string Outside = "192.168.77.250";

    private const string Bridge = "br0";
    private const string ContainerBridge = "cont0";
    private const int ClientPort = 2379;
    private const int PeerPort = 2380;
    private const int GuestPort = 2479;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly OverlayMachine _switch = new();
    private readonly List<OverlayMachine> _machines = [];
    private readonly List<NetworkNamespace> _containers = [];
    private readonly List<ServerProcess> _nodes = [];
    private ServerProcess? _etcd;
    private readonly string?[] _addresses;
    private readonly string?[] _addressesV6;

    private OverlaySite(int machines)
    {
        _addresses = new string?[machines];
        _addressesV6 = new string?[machines];
        _switch.Ip("link", "add", Bridge, "type", "bridge");
        _switch.Ip("addr", "add", $"{Outside}/24", "dev", Bridge);
        _switch.Ip("link", "set", Bridge, "up");
        for (int number = 1; number <= machines; number++)
        {
            OverlayMachine machine = new();
            _machines.Add(machine);
            _containers.Add(new NetworkNamespace());
            _switch.Ip(
                "link", "add", $"m{number}", "type", "veth", "peer", "name", OverlayMachine.Device, "netns",
                machine.Inside.Path);
            _switch.Ip("link", "set", $"m{number}", "master", Bridge, "up");
            machine.Ip("addr", "add", $"192.168.77.{number}/24", "dev", OverlayMachine.Device);
            machine.Ip("-6", "addr", "add", $"fd77::{number}/64", "dev", OverlayMachine.Device, "nodad");
            machine.Ip("link", "set", OverlayMachine.Device, "up");
        }
    }

    /// <summary>Starts members and workers; no network is configured yet.</summary>
    /// <param name="members">How many machines have a member.</param>
    /// <param name="machines">How many machines there are.</param>
    /// <param name="workers">How many machines after those of the members have a worker.</param>
    /// <param name="more">Flags of each node besides.</param>
    public static async Task<OverlaySite> StartAsync(
        int members, int machines, int workers = 0, params string[] more)
    {
        OverlaySite site = new(machines);
        try
        {
            string all = string.Join(',', Enumerable.Range(1, members).Select(Member));
            for (int number = 1; number <= members + workers; number++)
            {
                string others = string.Join(',', all.Split(',').Where(one => one != Member(number)));
                ServerCommand command = number <= members
                    ? new("corenode", TestPrograms.Corenode, place =>
                    [
                        "node", .. place.CommonFlags, "--modules", "store", "--insecure-admin",
                        .. Flags(place, OverlayMachine.Device), .. more,
                    ])
                    : new("corenode --proxy", TestPrograms.Corenode, place =>
                    [
                        "node", "--proxy", "on", "--name", place.Name, "--data-dir", place.DataFolder,
                        "--listen-client-urls", ServerPlace.Text(place.ClientUrl),
                        "--listen-peer-urls", ServerPlace.Text(place.PeerUrl), "--initial-cluster", all,
                        .. Flags(place, "store"), .. more,
                    ]);
                site._nodes.Add(site.Prepare(command, number, ClientPort, others));
            }

            await site.LaunchAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts an etcd on the first machine, and on each a node whose store that is.</summary>
    public static async Task<OverlaySite> StartOnEtcdAsync(int machines)
    {
        OverlaySite site = new(machines);
        try
        {
            ServerProcess etcd = site.Prepare(EtcdProcess.Command, 1, ClientPort, others: null);
            site._etcd = etcd;
            etcd.Launch();
            await etcd.WaitUntilReadyAsync();
            ServerCommand command = new("corenode --store", TestPrograms.Corenode, place =>
            [
                "node", "--modules", "units", "--store", etcd.Url, "--data-dir", place.DataFolder,
                "--listen-client-urls", ServerPlace.Text(place.ClientUrl),
                "--listen-peer-urls", $"http://{place.Address}:{GuestPort + 1}", "--unit-manager", "embedded",
                .. Flags(place, "store"),
            ]);
            for (int number = 1; number <= machines; number++)
                site._nodes.Add(site.Prepare(command, number, GuestPort, others: null));
            await site.LaunchAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>A machine, from 0 on.</summary>
    public OverlayMachine Machine(int number) => _machines[number];

    /// <summary>The container of a machine.</summary>
    public NetworkNamespace Container(int number) => _containers[number];

    /// <summary>The node of a machine.</summary>
    public ServerProcess Node(int number) => _nodes[number];

    /// <summary>The address of a machine's container.</summary>
    public IPAddress Address(int number) => IPAddress.Parse(
        _addresses[number] ?? throw new InvalidOperationException($"machine {number} has no container yet"));

    /// <summary>The address of IPv6 of a machine's container.</summary>
    public IPAddress AddressV6(int number) => IPAddress.Parse(
        _addressesV6[number] ?? throw new InvalidOperationException($"machine {number} has no IPv6"));

    /// <summary>Runs the command line on a machine; fails if it does.</summary>
    public string Corenode(int number, params string[] words) =>
        Corenode(number, $"unix://{_nodes[number].Place.SocketPath}", words);

    /// <summary>Has the command line ask the store for something.</summary>
    public string Store(params string[] words) =>
        _etcd is null ? Corenode(0, words) : Corenode(0, _etcd.Url, words);

    /// <summary>The network without a name, as the node of a machine sees it.</summary>
    public async Task<JsonElement> StatusAsync(int number)
    {
        using HttpClient http = new(NamespaceSockets.Handler(null, _nodes[number].Place.SocketPath));
        string text = await http.GetStringAsync($"{_nodes[number].Url}/corenode/v1/overlay");
        return JsonDocument.Parse(text).RootElement.GetProperty("networks")[0];
    }

    /// <summary>A client beside the machines, at the address of their switch.</summary>
    public HttpClient Client() => new(NamespaceSockets.Handler(_switch.Inside)) { Timeout = s_limit };

    /// <summary>Where the store is: an etcd, or the first machine's member.</summary>
    public string StoreUrl => _etcd?.Url ?? _nodes[0].Url;

    /// <summary>Takes a machine's cable out, or puts it in again.</summary>
    public void Plug(int number, bool isIn) => _switch.Ip("link", "set", $"m{number + 1}", isIn ? "up" : "down");

    /// <summary>The file that a node wrote for some kind of containers.</summary>
    public string FileOf(int number, string name) => Path.Combine(_nodes[number].Place.Folder, name);

    /// <summary>What a node counts.</summary>
    public async Task<string> MetricsAsync(int number)
    {
        using HttpClient http = new(NamespaceSockets.Handler(null, _nodes[number].Place.SocketPath));
        return await http.GetStringAsync($"{_nodes[number].Url}/metrics");
    }

    /// <summary>The address that a machine beside the network sees of a container.</summary>
    public IPAddress SeenOutside(int number) =>
        OverlayTraffic.Tcp(_containers[number], _switch.Inside, IPAddress.Parse(Outside));

    /// <summary>The same, of whoever connects to that port when it is asked to.</summary>
    public IPAddress SeenOutside(int port, Action connects)
    {
        using Socket listener = _switch.Inside.Run(
            static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Parse(Outside), port));
        listener.Listen();
        Task<IPAddress> seen = SeeAsync();
        connects();
        Assert.That(seen.Wait(s_limit), Is.True, "connected");
        return seen.Result;

        // Who connects may wait until this ends.
        async Task<IPAddress> SeeAsync()
        {
            using Socket accepted = await listener.AcceptAsync();
            return ((IPEndPoint)accepted.RemoteEndPoint!).Address;
        }
    }

    /// <summary>Waits until a node says so of the network.</summary>
    public async Task<JsonElement> WaitAsync(int number, string what, Func<JsonElement, bool> isSo)
    {
        using CancellationTokenSource limit = new(s_limit);
        JsonElement status = default;
        while (!limit.IsCancellationRequested)
        {
            status = await StatusAsync(number);
            if (isSo(status))
                return status;
            await Task.Delay(s_pause, CancellationToken.None);
        }

        throw new TimeoutException($"m{number + 1}: {what}: {status}\n{_nodes[number].StandardError}");
    }

    /// <summary>Waits until a machine is ready and sends to that many others.</summary>
    public Task<JsonElement> WaitReadyAsync(int number, int peers, string backend) => WaitAsync(
        number, $"ready with {peers} peers over {backend}",
        status => status.GetProperty("ready").GetBoolean() && status.GetProperty("backend").GetString() == backend
            && status.GetProperty("peers").EnumerateArray().Count(
                static peer => peer.GetProperty("reason").GetString() == "") == peers);

    /// <summary>Puts a container behind a bridge with what its node's subnet.env says.</summary>
    public void AddContainer(int number)
    {
        Dictionary<string, string> env = File.ReadAllLines(
                Path.Combine(_nodes[number].Place.Folder, "subnet.env"))
            .Select(static line => line.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1]);
        AddContainer(
            number, env["FLANNEL_SUBNET"], env["FLANNEL_MTU"], env.GetValueOrDefault("FLANNEL_IPV6_SUBNET"));
    }

    /// <summary>Puts a container behind a bridge.</summary>
    /// <param name="number">Of which machine.</param>
    /// <param name="bridge">The bridge's address, 10.1.5.1/24.</param>
    /// <param name="mtu">Most bytes of a packet.</param>
    /// <param name="bridgeV6">The bridge's address of IPv6, fd10:1:0:5::1/64; null without it.</param>
    public void AddContainer(int number, string bridge, string mtu, string? bridgeV6 = null)
    {
        OverlayMachine machine = _machines[number];
        string gateway = bridge[..bridge.IndexOf('/')];
        int dot = gateway.LastIndexOf('.') + 1;
        string address = gateway[..dot] + (int.Parse(gateway.AsSpan(dot), CultureInfo.InvariantCulture) + 1)
            .ToString(CultureInfo.InvariantCulture);
        if (_addresses[number] is not null)
            machine.Ip("link", "del", ContainerBridge);
        string inside = _containers[number].Path;
        machine.Ip("link", "add", ContainerBridge, "type", "veth", "peer", "name", "eth0", "netns", inside);
        machine.Ip("addr", "add", bridge, "dev", ContainerBridge);
        machine.Ip("link", "set", ContainerBridge, "mtu", mtu, "up");
        Inside("addr", "add", address + bridge[bridge.IndexOf('/')..], "dev", "eth0");
        Inside("link", "set", "eth0", "mtu", mtu, "up");
        Inside("route", "add", "default", "via", gateway);
        _addresses[number] = address;
        if (bridgeV6 is not null)
        {
            string gatewayV6 = bridgeV6[..bridgeV6.IndexOf('/')];
            string addressV6 = gatewayV6[..^1] + "2";
            machine.Ip("-6", "addr", "add", bridgeV6, "dev", ContainerBridge, "nodad");
            Inside("-6", "addr", "add", addressV6 + bridgeV6[bridgeV6.IndexOf('/')..], "dev", "eth0", "nodad");
            Inside("-6", "route", "add", "default", "via", gatewayV6);
            _addressesV6[number] = addressV6;
        }

        void Inside(params string[] words) =>
            machine.Command("nsenter", [$"--net={inside}", "ip", .. words]);
    }

    /// <summary>Sends datagrams and a megabyte to another container, which sees the own address.</summary>
    public void Reach(int from, int to, int mtu)
    {
        Assert.That(
            OverlayTraffic.Udp(_containers[from], _containers[to], Address(to), mtu), Is.EqualTo(Address(from)));
        Assert.That(OverlayTraffic.Tcp(_containers[from], _containers[to], Address(to)), Is.EqualTo(Address(from)));
    }

    /// <summary>The same by IPv6.</summary>
    public void ReachV6(int from, int to, int mtu)
    {
        IPAddress address = AddressV6(to);
        Assert.That(OverlayTraffic.Udp(_containers[from], _containers[to], address, mtu), Is.EqualTo(AddressV6(from)));
        Assert.That(OverlayTraffic.Tcp(_containers[from], _containers[to], address), Is.EqualTo(AddressV6(from)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerProcess node in _nodes)
            await node.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
        foreach (OverlayMachine machine in _machines)
            machine.Dispose();
        foreach (NetworkNamespace container in _containers)
            container.Dispose();
        _switch.Dispose();
    }

    private string Corenode(int number, string endpoint, string[] words) =>
        _machines[number].Command(TestPrograms.Corenode(), [.. words, "--endpoints", endpoint]);

    private ServerProcess Prepare(ServerCommand command, int number, int clientPort, string? others) =>
        ServerProcess.Prepare(
            command, [],
            folder => new ServerPlace(folder, clientPort, PeerPort)
            {
                Name = $"m{number}",
                Address = $"192.168.77.{number}",
                OtherMembers = string.IsNullOrEmpty(others) ? null : others,
            },
            _machines[number - 1].Inside, _switch.Inside);

    private async Task LaunchAsync()
    {
        foreach (ServerProcess node in _nodes)
            node.Launch();
        foreach (ServerProcess node in _nodes)
            await node.WaitUntilReadyAsync();
    }

    private static string[] Flags(ServerPlace place, string device) =>
    [
        "--unix-socket", place.SocketPath, "--initial-cluster-token", "secret of a test", "--overlay", "default",
        "--overlay-interface", device, "--overlay-ip-masq",
        "--overlay-subnet-file", Path.Combine(place.Folder, "subnet.env"),
        "--overlay-docker", Path.Combine(place.Folder, "docker.env"),
        "--overlay-podman", Path.Combine(place.Folder, "networks", "overlay.json"),
        "--overlay-cni", Path.Combine(place.Folder, "cni", "10-overlay.conflist"),
    ];

    private static string Member(int number) => $"m{number}=http://192.168.77.{number}:{PeerPort}";
}
