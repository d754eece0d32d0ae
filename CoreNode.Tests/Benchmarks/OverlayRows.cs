using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Tests.EndToEnd.Overlay;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// The kernel's network for an overlay: how long and how much memory 500 peers take, and how fast the tunnel is beside
/// the same one made by hand with ip and bridge. In network namespaces of this process; needs root.
/// </summary>
internal static class OverlayRows
{
    private const int Peers = 500;
    private const double MostSeconds = 1;
    private const double MostMegabytes = 10;
    private const double LeastShare = 0.98;
    private const int Pieces = 20;
    private const int TcpPort = 7010;
    private const int ChunkBytes = 256 * 1024;

    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);

    /// <summary>All of them.</summary>
    public static async Task<IReadOnlyList<Figure>> AllAsync(BenchmarkOptions options)
    {
        if (OverlayMachine.Obstacle is { } obstacle)
            throw new IOException(obstacle);
        List<(double Etcd, double Node)> seconds = [], memory = [], read = [];
        for (int i = 0; i < options.Passes; i++)
            Program(seconds, memory, read);
        List<(double Etcd, double Node)> rates = [], shares = [];
        using OverlayPair ours = new(isIPv6: false), byHand = new(isIPv6: false);
        ours.Connect(OverlayWay.Vxlan);
        for (int i = 0; i < 2; i++)
            ByHand(byHand, i);
        for (int i = 0; i < options.Passes; i++)
        {
            // In turn in short pieces, since the machine is not the same at all times; which is first changes too.
            double own = 0, hand = 0;
            for (int piece = 0; piece < Pieces; piece++)
            {
                bool isOursFirst = piece % 2 == 0;
                double first = Rate(isOursFirst ? ours : byHand, options.PassTime / Pieces);
                double second = Rate(isOursFirst ? byHand : ours, options.PassTime / Pieces);
                own += isOursFirst ? first : second;
                hand += isOursFirst ? second : first;
            }

            rates.Add((double.NaN, own / Pieces));
            shares.Add((double.NaN, own / hand));
        }

        List<(double Etcd, double Node)> growth = [], sizes = [];
        for (int i = 0; i < options.Passes; i++)
            await GrowAsync(growth, sizes);
        string peers = string.Create(CultureInfo.InvariantCulture, $"overlay, {Peers} peers: ");
        return
        [
            new(peers + "route, neighbour and forwarding of each", "s", new Target.AtMost(MostSeconds), seconds),
            new(peers + "what that allocates", "MB", new Target.AtMost(MostMegabytes), memory),
            new(peers + "read back", "s", Target.None, read),
            new("overlay, TCP between containers over vxlan", "MB/s", Target.None, rates),
            new("overlay, the same for each byte of a tunnel made by hand", "", new Target.AtLeast(LeastShare), shares),
            new(peers + "resident memory of the node", "MB", Target.None, sizes),
            new(
                peers + "what of that it has no more of without them", "MB", new Target.AtMost(MostMegabytes), growth),
        ];
    }

    // A node with as many keys elsewhere, and what it grows by when leases are written too: the first peer to the last.
    private static async Task GrowAsync(
        List<(double Etcd, double Node)> growth, List<(double Etcd, double Node)> sizes)
    {
        await using OverlaySite site = await OverlaySite.StartAsync(1, 1);
        site.Corenode(0, "overlay", "set", "--network", "10.0.0.0/12");
        await site.WaitReadyAsync(0, 0, "vxlan");
        using HttpClient http = site.Client();
        double before = await FillAsync("/elsewhere/");
        double after = await FillAsync("/coreos.com/network/subnets/");
        Assert.That(
            site.Machine(0).Ip("route", "show", "proto", "110").Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Has.Length.EqualTo(Peers));
        growth.Add((double.NaN, after - before));
        sizes.Add((double.NaN, after));

        async Task<double> FillAsync(string folder)
        {
            for (int number = 1; number <= Peers; number++)
            {
                // From the end: the own lease is one of the first hundred.
                string key = $"{folder}10.{15 - (number / 250)}.{number % 250}.0-24";
                string value = LeaseJson.Write(new LeaseValue(
                    new IPAddress([172, 16, (byte)(number / 250), (byte)((number % 250) + 1)]), null, "vxlan",
                    MacAddress.Local((ulong)number + 100), null));
                using HttpResponseMessage answer = await http.PutAsync(
                    $"{site.StoreUrl}/v2/keys{key}",
                    new FormUrlEncodedContent([new("value", value), new("ttl", "86400")]));
                answer.EnsureSuccessStatusCode();
            }

            await Task.Delay(s_settle);
            return ProcessMeter.ResidentMegabytes(site.Node(0).Pid);
        }
    }

    private static void Program(
        List<(double Etcd, double Node)> seconds, List<(double Etcd, double Node)> memory,
        List<(double Etcd, double Node)> read)
    {
        using OverlayMachine machine = OverlayMachine.Alone();
        VxlanLink link = new(
            OverlayPair.Link, 7, 8472, OverlayMachine.Underlying(1, isIPv6: false), machine.DeviceIndex, 1450,
            MacAddress.Local(7), false, false);
        machine.Apply(new NetworkChange.AddLink(link));
        (double programmed, double megabytes, double again) = machine.Inside.Run(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            List<NetworkChange> changes = [];
            for (int i = 1; i <= Peers; i++)
                AddPeer(changes, i);
            IReadOnlyList<NetworkFault> faults = machine.Network.Apply(changes);
            double time = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / 1e6;
            Assert.That(faults, Is.Empty);
            start = Stopwatch.GetTimestamp();
            NetworkState state = machine.Network.Read([OverlayPair.Link]);
            double reading = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Assert.That(
                (state.Routes.Count, state.Neighbours.Count, state.Forwardings.Count),
                Is.EqualTo((Peers, Peers, Peers)));
            return (time, allocated, reading);
        });
        seconds.Add((double.NaN, programmed));
        memory.Add((double.NaN, megabytes));
        read.Add((double.NaN, again));
    }

    private static void AddPeer(List<NetworkChange> changes, int number)
    {
        IPAddress gateway = new([10, 1, (byte)(number / 256), (byte)(number % 256)]);
        IPAddress machine = new([172, 16, (byte)(number / 256), (byte)(number % 256)]);
        MacAddress mac = MacAddress.Local((ulong)number + 100);
        changes.Add(new NetworkChange.PutNeighbour(new Neighbour(OverlayPair.Link, gateway, mac)));
        changes.Add(new NetworkChange.PutForwarding(new Forwarding(OverlayPair.Link, mac, machine)));
        changes.Add(new NetworkChange.PutRoute(
            new NetworkRoute(new IpPrefix(gateway, 32), gateway, OverlayPair.Link, IsOnLink: true)));
    }

    // As the documents of flannel and of the kernel say it.
    private static void ByHand(OverlayPair pair, int number)
    {
        OverlayMachine machine = pair.Machine(number);
        int peer = 1 - number;
        string mac = OverlayPair.Mac(peer).ToString(), gateway = pair.Subnet(peer).Address.ToString();
        string mtu = pair.Mtu.ToString(CultureInfo.InvariantCulture);
        machine.Set("ipv4/ip_forward", "1");
        machine.Ip(
            "link", "add", OverlayPair.Link, "mtu", mtu, "address", OverlayPair.Mac(number).ToString(), "type", "vxlan",
            "id", "7", "dev", OverlayMachine.Device, "local", pair.Underlying(number).ToString(), "dstport", "8472",
            "nolearning");
        machine.Ip("link", "set", OverlayPair.Link, "up");
        machine.Ip("addr", "add", $"{pair.Subnet(number).Address}/32", "dev", OverlayPair.Link);
        machine.Ip("neigh", "add", gateway, "lladdr", mac, "dev", OverlayPair.Link, "nud", "permanent");
        machine.Command(
            "bridge", "fdb", "add", mac, "dev", OverlayPair.Link, "dst", pair.Underlying(peer).ToString());
        machine.Ip("route", "add", pair.Subnet(peer).ToString(), "via", gateway, "dev", OverlayPair.Link, "onlink");
    }

    // Megabytes a second of one connection from the first container to the second.
    private static double Rate(OverlayPair pair, TimeSpan time)
    {
        static Socket New() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using Socket listener = pair.Container(1).Run(New);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(pair.Address(1), TcpPort));
        listener.Listen();
        using Socket client = pair.Container(0).Run(New);
        client.Connect(pair.Address(1), TcpPort);
        using Socket accepted = listener.Accept();
        Thread sender = new(() => Send(client, time));
        long start = Stopwatch.GetTimestamp();
        sender.Start();
        byte[] chunk = new byte[ChunkBytes];
        long total = 0;
        while (accepted.Receive(chunk) is > 0 and int count)
            total += count;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        sender.Join();
        return total / seconds / 1e6;
    }

    private static void Send(Socket client, TimeSpan time)
    {
        byte[] chunk = new byte[ChunkBytes];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
            client.Send(chunk);
        client.Shutdown(SocketShutdown.Send);
    }
}
