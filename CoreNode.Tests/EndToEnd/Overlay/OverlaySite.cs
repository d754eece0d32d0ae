using System.Net;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// Machines on one switch, 192.168.77.1 and so on, the first ones with a member of one cluster each that takes part in
/// the overlay network; beside each member a container behind a bridge that has what subnet.env says. Owned by one
/// test; ends what it started.
/// </summary>
internal sealed class OverlaySite : IAsyncDisposable
{
    private const string Bridge = "br0";
    private const string ContainerBridge = "cont0";
    private const int ClientPort = 2379;
    private const int PeerPort = 2380;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private static readonly ServerCommand s_command = new("corenode", TestPrograms.Corenode, static place =>
    [
        "node", .. place.CommonFlags, "--unix-socket", place.SocketPath, "--modules", "store", "--insecure-admin",
        "--overlay", "default", "--overlay-interface", OverlayMachine.Device,
        "--overlay-subnet-file", Path.Combine(place.Folder, "subnet.env"),
        "--overlay-docker", Path.Combine(place.Folder, "docker.env"),
    ]);

    private readonly OverlayMachine _switch = new();
    private readonly List<OverlayMachine> _machines = [];
    private readonly List<NetworkNamespace> _containers = [];
    private readonly List<ServerProcess> _members = [];
    private readonly string?[] _addresses;

    private OverlaySite(int machines)
    {
        _addresses = new string?[machines];
        _switch.Ip("link", "add", Bridge, "type", "bridge");
        _switch.Ip("addr", "add", "192.168.77.250/24", "dev", Bridge);
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
            machine.Ip("link", "set", OverlayMachine.Device, "up");
        }
    }

    /// <summary>Starts the members; no network is configured yet.</summary>
    /// <param name="members">How many machines have one.</param>
    /// <param name="machines">How many there are.</param>
    public static async Task<OverlaySite> StartAsync(int members, int machines)
    {
        OverlaySite site = new(machines);
        try
        {
            string all = string.Join(',', Enumerable.Range(1, members).Select(Member));
            for (int number = 1; number <= members; number++)
            {
                int own = number;
                string others = string.Join(',', all.Split(',').Where(one => one != Member(own)));
                site._members.Add(ServerProcess.Prepare(
                    s_command, [],
                    folder => new ServerPlace(folder, ClientPort, PeerPort)
                    {
                        Name = $"m{own}",
                        Address = $"192.168.77.{own}",
                        OtherMembers = others,
                    },
                    site._machines[own - 1].Inside, site._switch.Inside));
            }

            foreach (ServerProcess member in site._members)
                member.Launch();
            foreach (ServerProcess member in site._members)
                await member.WaitUntilReadyAsync();
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

    /// <summary>The member of a machine.</summary>
    public ServerProcess Node(int number) => _members[number];

    /// <summary>The address of a machine's container.</summary>
    public IPAddress Address(int number) => IPAddress.Parse(
        _addresses[number] ?? throw new InvalidOperationException($"machine {number} has no container yet"));

    /// <summary>Runs the command line on a machine; fails if it does.</summary>
    public string Corenode(int number, params string[] words) =>
        _machines[number].Command(
            TestPrograms.Corenode(), [.. words, "--endpoints", $"unix://{_members[number].Place.SocketPath}"]);

    /// <summary>The network without a name, as the node of a machine sees it.</summary>
    public async Task<JsonElement> StatusAsync(int number)
    {
        using HttpClient http = new(NamespaceSockets.Handler(null, _members[number].Place.SocketPath));
        string text = await http.GetStringAsync($"{_members[number].Url}/corenode/v1/overlay");
        return JsonDocument.Parse(text).RootElement.GetProperty("networks")[0];
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

        throw new TimeoutException($"m{number + 1}: {what}: {status}\n{_members[number].StandardError}");
    }

    /// <summary>Waits until a machine is ready and sends to that many others.</summary>
    public Task<JsonElement> WaitReadyAsync(int number, int peers, string backend) => WaitAsync(
        number, $"ready with {peers} peers over {backend}",
        status => status.GetProperty("ready").GetBoolean() && status.GetProperty("backend").GetString() == backend
            && status.GetProperty("peers").EnumerateArray().Count(
                static peer => peer.GetProperty("reason").GetString() == "") == peers);

    /// <summary>Puts a container behind a bridge with what a member's subnet.env says.</summary>
    public void AddContainer(int number)
    {
        Dictionary<string, string> env = File.ReadAllLines(
                Path.Combine(_members[number].Place.Folder, "subnet.env"))
            .Select(static line => line.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1]);
        AddContainer(number, env["FLANNEL_SUBNET"], env["FLANNEL_MTU"]);
    }

    /// <summary>Puts a container behind a bridge.</summary>
    /// <param name="number">Of which machine.</param>
    /// <param name="bridge">The bridge's address, 10.1.5.1/24.</param>
    /// <param name="mtu">Most bytes of a packet.</param>
    public void AddContainer(int number, string bridge, string mtu)
    {
        OverlayMachine machine = _machines[number];
        string gateway = bridge[..bridge.IndexOf('/')];
        string address = gateway[..gateway.LastIndexOf('.')] + ".2";
        if (_addresses[number] is not null)
            machine.Ip("link", "del", ContainerBridge);
        string inside = _containers[number].Path;
        machine.Ip("link", "add", ContainerBridge, "type", "veth", "peer", "name", "eth0", "netns", inside);
        machine.Ip("addr", "add", bridge, "dev", ContainerBridge);
        machine.Ip("link", "set", ContainerBridge, "mtu", mtu, "up");
        Inside("addr", "add", $"{address}/24", "dev", "eth0");
        Inside("link", "set", "eth0", "mtu", mtu, "up");
        Inside("route", "add", "default", "via", gateway);
        _addresses[number] = address;

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

    public async ValueTask DisposeAsync()
    {
        foreach (ServerProcess member in _members)
            await member.DisposeAsync();
        foreach (OverlayMachine machine in _machines)
            machine.Dispose();
        foreach (NetworkNamespace container in _containers)
            container.Dispose();
        _switch.Dispose();
    }

    private static string Member(int number) => $"m{number}=http://192.168.77.{number}:{PeerPort}";
}
