using CoreNode.Api;
using System.Net;
using CoreNode.Cluster;
using CoreNode.Discovery;
using CoreNode.Hosting.FleetLock;
using CoreNode.Pki;
using CoreNode.Platform;

namespace CoreNode.Hosting;

/// <summary>
/// Merges flags, environment, file and defaults into <see cref="NodeOptions"/>. Every problem of every source is
/// reported, not just the first, so that a wrong start is mended in one go.
/// </summary>
/// <param name="environment">Looks up an environment variable; null if not set.</param>
/// <param name="readFile">Reads a text file.</param>
/// <param name="hasLog">True if a data folder is that of a member already.</param>
/// <param name="ownAddress">
/// The address that others reach this machine by, given whether IPv6 will do; null where there is none.
/// </param>
/// <param name="standardFile">The configuration file that is read where none is named, if it is there.</param>
/// <param name="makerFile">What the maker of the machine's image set: a file beneath that one.</param>
public sealed class NodeOptionsReader(
    Func<string, string?> environment, Func<string, string> readFile, Func<string, bool>? hasLog = null,
    Func<bool, OwnAddress?>? ownAddress = null, string? standardFile = null,
    string? makerFile = null)
{
    private readonly List<string> _notes = [];
    private readonly FlagValues _flags = new(NodeFlags.All, environment, readFile)
    {
        StandardFile = standardFile,
        MakerFile = makerFile,
    };


    /// <summary>What is wrong, one line each; empty if <see cref="Read"/> gave options.</summary>
    public IReadOnlyList<string> Problems => _flags.Problems;

    private List<string> Complaints => _flags.Problems;

    /// <summary>The options, or null with <see cref="Problems"/>.</summary>
    public NodeOptions? Read(IReadOnlyList<string> arguments)
    {
        _flags.Read(arguments);
        NodeOptions options = Build();
        return Problems.Count == 0 ? options : null;
    }

    private NodeOptions Build()
    {
        TlsFiles? clientTls = _flags.Tls("");
        TlsFiles? peerTls = _flags.Tls("peer-");
        IReadOnlyList<Uri> clients = _flags.Urls("listen-client-urls", clientTls, "cert-file", isNeeded: true);
        IReadOnlyList<Uri> peers = _flags.Urls("listen-peer-urls", peerTls, "peer-cert-file", isNeeded: true);
        IReadOnlyList<string> advertisedPeers = Advertised("initial-advertise-peer-urls", peers);
        string name = Name(advertisedPeers);
        TimeSpan heartbeat = Milliseconds("heartbeat-interval");
        TimeSpan election = Milliseconds("election-timeout");
        if (election < 5 * heartbeat)
        {
            Complaints.Add(
                $"--election-timeout {election.TotalMilliseconds} is too short: at least 5 times --heartbeat-interval");
        }

        if (name.AsSpan().ContainsAny(",=&"))
            Complaints.Add($"--name {name}: a name has no comma and no equals sign, and no &");
        ProxyMode proxy = ParseProxy();
        CheckWaysToFindMembers();
        bool isInsecure = Switch("insecure-admin");
        string dataFolder = Path.GetFullPath(Text("data-dir"));
        return new NodeOptions
        {
            Name = name,
            DataFolder = dataFolder,
            ListenClientUrls = clients,
            AdvertiseClientUrls = Advertised("advertise-client-urls", clients),
            ListenPeerUrls = peers,
            AdvertisePeerUrls = advertisedPeers,
            InitialCluster = proxy == ProxyMode.Off
                ? Members(name, advertisedPeers, dataFolder)
                : WorkersMembers(dataFolder),
            JoinsExisting = Choice("initial-cluster-state", "new", "existing") == "existing",
            ForcesNewCluster = Switch("force-new-cluster"),
            InitialClusterToken = Text("initial-cluster-token"),
            Discovery = ParseDiscovery(),
            DiscoveryCaFile = Text("discovery-ca-file") is { Length: > 0 } ca ? Path.GetFullPath(ca) : null,
            DiscoverySrv = Text("discovery-srv"),
            FallsBackToProxy = Choice("discovery-fallback", "proxy", "exit") == "proxy",
            Proxy = proxy,
            ClientTls = clientTls,
            PeerTls = peerTls,
            ListenAdminUrls = AdminUrls(clientTls, isInsecure, clients),
            ListenFleetLockUrls = _flags.Urls("listen-fleetlock-urls", clientTls, "cert-file", isNeeded: false),
            FleetLockToken = FleetLockFlags.ReadToken(Text("fleetlock-token-file"), readFile, Complaints),
            ListenContainerUrls = ContainerFlags.Urls(Text, Complaints, _notes),
            ContainerTokenFile = ContainerFlags.TokenFile(Text, dataFolder),
            IsAdminInsecure = isInsecure,
            Units = UnitFlags.Read(Text, Complaints),
            Updates = UpdateFlags.Read(Text, Complaints),
            Reboots = RebootFlags.Read(Text, Complaints),
            Overlay = OverlayFlags.Read(Text, Switch, Complaints),
            HeartbeatInterval = heartbeat,
            ElectionTimeout = election,
            SnapshotCount = Number("snapshot-count", 1, 100_000_000),
            CorsOrigins = Text("cors").Split(',', StringSplitOptions.RemoveEmptyEntries),
            Limits = LimitFlags.Read(Number),
            UnixSocket = SocketPath("unix-socket"),
            FleetSocket = SocketPath("fleet-socket"),
            LogLevel = Choice("log-level", "debug", "info", "warning", "error"),
            IsDev = Switch("dev"),
            AddressNotes = _notes,
            ConfigFile = _flags.ReadFile,
        };
    }

    private string Text(string name) => _flags.Text(name);

    private bool Switch(string name) => _flags.Switch(name);

    private ulong Number(string name, ulong least, ulong most) => _flags.Number(name, least, most);

    private string Choice(string name, params ReadOnlySpan<string> words) => _flags.Choice(name, words);

    private string? SocketPath(string name) =>
        Text(name) is var path && path is "none" or "" ? null : Path.GetFullPath(path);

    private ProxyMode ParseProxy() => Choice("proxy", "off", "on", "readonly") switch
    {
        "on" => ProxyMode.On,
        "readonly" => ProxyMode.ReadOnly,
        _ => ProxyMode.Off,
    };

    private void CheckWaysToFindMembers()
    {
        string[] ways = ["initial-cluster", "discovery", "discovery-srv"];
        string[] given = [.. ways.Where(way => Text(way).Length > 0).Select(static way => "--" + way)];
        if (given.Length > 1)
            Complaints.Add($"{string.Join(" and ", given)}: say only one of them where the members are");
    }

    private string ParseDiscovery()
    {
        string text = Text("discovery");
        if (text.Length == 0)
            return "";
        if (DirectoryUrl.TryParse(text, out DirectoryUrl? url, out string? problem))
            return url.ToString();
        Complaints.Add($"--discovery {text}: {problem}");
        return text;
    }

    // Machines that find each other have one configuration, so what tells them apart is where they are.
    private string Name(IReadOnlyList<string> peerUrls)
    {
        bool findsMembers = Text("discovery").Length + Text("discovery-srv").Length > 0;
        if (_flags.Has("name") || !findsMembers || peerUrls.Count == 0
            || !Uri.TryCreate(peerUrls[0], UriKind.Absolute, out Uri? url))
        {
            return Text("name");
        }

        return url.Port == 2380 ? url.Host : $"{url.Host}:{url.Port}";
    }

    private TimeSpan Milliseconds(string name) => TimeSpan.FromMilliseconds(Number(name, 1, 600_000));

    // Whoever gets in there is root on every machine: an admin listener must know who that is, or be out of reach.
    private List<Uri> AdminUrls(TlsFiles? tls, bool isInsecure, IReadOnlyList<Uri> clients)
    {
        List<Uri> urls = _flags.Urls("listen-admin-urls", tls, "cert-file", isNeeded: false);
        foreach (Uri url in urls)
        {
            string text = url.OriginalString;
            Listener listener = Listener.Of(ListenerKind.Admin, url, tls?.RequiresClientCertificate == true);
            if (listener.IsOpen && !isInsecure)
            {
                Complaints.Add($"--listen-admin-urls {text}: take https with --trusted-ca-file, so that administrators "
                    + "show certificates, or a loopback address; --insecure-admin allows it all the same");
            }

            if (clients.Contains(url))
            {
                Complaints.Add(
                    $"--listen-admin-urls {text}: it is one of --listen-client-urls, too; take another port");
            }
        }

        return urls;
    }

    // What others are told: the listen addresses, with one that others can use in the place of "all of them".
    private List<string> Advertised(string name, IReadOnlyList<Uri> listen)
    {
        string text = Text(name);
        if (text.Length == 0)
            return [.. listen.Select(url => Advertised(name, url)).Distinct()];
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        foreach (string part in parts)
        {
            if (FlagValues.UrlProblem(part, needsPort: false) is { } problem)
                Complaints.Add($"--{name} {part}: {problem}");
        }

        return [.. parts];
    }

    private string Advertised(string name, Uri listen)
    {
        bool isAny = IPAddress.TryParse(listen.Host.Trim('[', ']'), out IPAddress? address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
        if (!isAny)
            return listen.GetLeftPart(UriPartial.Authority);
        OwnAddress? own = ownAddress?.Invoke(address!.Equals(IPAddress.IPv6Any));
        UriBuilder told = new(listen) { Host = (own?.Address ?? IPAddress.Loopback).ToString() };
        string url = told.Uri.GetLeftPart(UriPartial.Authority);
        string reason = own?.Reason ?? "this machine has no other address now";
        _notes.Add($"others are told {url} ({reason}); --{name} says another");
        return url;
    }

    // What only matters to a first start must not stop a member whose addresses were changed since.
    private List<InitialMember> Members(string name, IReadOnlyList<string> ownPeerUrls, string dataFolder)
    {
        List<string> problems = hasLog?.Invoke(dataFolder) == true ? [] : Complaints;
        List<InitialMember> members = InitialClusterText.Read(
            Text("initial-cluster"), name, ownPeerUrls, url => FlagValues.UrlProblem(url, needsPort: false), problems);
        if (Text("initial-cluster-state") == "existing" && members.Count < 2 && problems.Count == 0)
        {
            problems.Add("--initial-cluster-state existing: name the running members in --initial-cluster, too; "
                + "`corenode member add` prints it");
        }

        return members;
    }

    // A worker is none of the members that it names.
    private List<InitialMember> WorkersMembers(string dataFolder)
    {
        if (Switch("dev"))
            Complaints.Add("--proxy: --dev makes a member of its own; leave out one of them");
        if (hasLog?.Invoke(dataFolder) == true)
        {
            Complaints.Add($"--proxy: {dataFolder} holds a member's data; start it without --proxy, or take the member "
                + "out of the cluster (`corenode member remove`) and give the worker another --data-dir");
        }

        string text = Text("initial-cluster");
        if (text.Length > 0)
            return InitialClusterText.ReadOthers(text, url => FlagValues.UrlProblem(url, needsPort: false), Complaints);
        if (Text("discovery").Length == 0 && Text("discovery-srv").Length == 0)
        {
            Complaints.Add("--proxy: say where the members are: --initial-cluster NAME=PEER-URL,… or --discovery or "
                + "--discovery-srv");
        }

        return [];
    }
}
