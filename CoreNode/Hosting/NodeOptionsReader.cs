using CoreNode.Api;
using System.Net;
using CoreNode.Cluster;
using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Pki;
using CoreNode.Platform;
using CoreNode.Yaml;

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
public sealed class NodeOptionsReader(
    Func<string, string?> environment, Func<string, string> readFile, Func<string, bool>? hasLog = null,
    Func<bool, OwnAddress?>? ownAddress = null)
{
    private readonly List<string> _notes = [];
    private readonly Dictionary<string, string> _values = [];
    private readonly List<string> _problems = [];

    /// <summary>What is wrong, one line each; empty if <see cref="Read"/> gave options.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The options, or null with <see cref="Problems"/>.</summary>
    public NodeOptions? Read(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> flags = ReadFlags(arguments);
        ReadEnvironment();
        foreach ((string name, string value) in flags)
            _values[name] = value;
        if (_values.TryGetValue("config", out string? file) && file.Length > 0)
            ReadConfigFile(file);
        NodeOptions options = Build();
        return _problems.Count == 0 ? options : null;
    }

    private Dictionary<string, string> ReadFlags(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> flags = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith('-') || argument.TrimStart('-').Length == 0)
            {
                _problems.Add($"\"{argument}\" is not a flag; flags start with --");
                continue;
            }

            string[] parts = argument.TrimStart('-').Split('=', 2);
            NodeFlag? flag = NodeFlags.Find(parts[0]);
            if (flag is null)
            {
                _problems.Add($"unknown flag --{parts[0]}{Suggestion(parts[0])}");
                if (parts.Length == 1 && i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-'))
                    i++;
            }
            else if (parts.Length == 2)
                flags[flag.Name] = parts[1];
            else if (flag.IsSwitch)
                flags[flag.Name] = "true";
            else if (i + 1 < arguments.Count)
                flags[flag.Name] = arguments[++i];
            else
                _problems.Add($"--{flag.Name} needs a value: --{flag.Name} {flag.Placeholder}");
        }

        return flags;
    }

    private void ReadEnvironment()
    {
        foreach (NodeFlag flag in NodeFlags.All)
        {
            if (environment(flag.EnvironmentName) is { Length: > 0 } value)
                _values[flag.Name] = value;
        }
    }

    private void ReadConfigFile(string file)
    {
        try
        {
            foreach (YamlEntry entry in YamlText.ParseFlatMap(readFile(file)))
            {
                if (NodeFlags.Find(entry.Key) is null || entry.Key == "config")
                {
                    _problems.Add(
                        $"{file}:{entry.Line}:{entry.Column}: unknown key \"{entry.Key}\"{Suggestion(entry.Key)}");
                }
                else
                    _values.TryAdd(entry.Key, entry.Value);
            }
        }
        catch (YamlProblemException problem)
        {
            _problems.Add($"{file}:{problem.Line}:{problem.Column}: {problem.Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"--config {file}: {fault.Message}");
        }
    }

    private NodeOptions Build()
    {
        TlsFiles? clientTls = Tls("");
        TlsFiles? peerTls = Tls("peer-");
        IReadOnlyList<Uri> clients = Urls("listen-client-urls", clientTls, "cert-file", isNeeded: true);
        IReadOnlyList<Uri> peers = Urls("listen-peer-urls", peerTls, "peer-cert-file", isNeeded: true);
        IReadOnlyList<string> advertisedPeers = Advertised("initial-advertise-peer-urls", peers);
        string name = Name(advertisedPeers);
        TimeSpan heartbeat = Milliseconds("heartbeat-interval");
        TimeSpan election = Milliseconds("election-timeout");
        if (election < 5 * heartbeat)
        {
            _problems.Add(
                $"--election-timeout {election.TotalMilliseconds} is too short: at least 5 times --heartbeat-interval");
        }

        if (name.AsSpan().ContainsAny(",=&"))
            _problems.Add($"--name {name}: a name has no comma and no equals sign, and no &");
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
            IsAdminInsecure = isInsecure,
            Units = UnitFlags.Read(Text, _problems),
            Updates = UpdateFlags.Read(Text, _problems),
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
        };
    }

    private string Text(string name) =>
        _values.TryGetValue(name, out string? value) ? value : NodeFlags.Find(name)!.Default;

    private string? SocketPath(string name) =>
        Text(name) is var path && path is "none" or "" ? null : Path.GetFullPath(path);

    // One of the words, or a problem.
    private string Choice(string name, params ReadOnlySpan<string> words)
    {
        string text = Text(name);
        if (!words.Contains(text))
            _problems.Add($"--{name} {text}: say {string.Join(", ", words[..^1]!)} or {words[^1]}");
        return text;
    }

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
            _problems.Add($"{string.Join(" and ", given)}: say only one of them where the members are");
    }

    private string ParseDiscovery()
    {
        string text = Text("discovery");
        if (text.Length == 0)
            return "";
        if (DirectoryUrl.TryParse(text, out DirectoryUrl? url, out string? problem))
            return url.ToString();
        _problems.Add($"--discovery {text}: {problem}");
        return text;
    }

    // Machines that find each other have one configuration, so what tells them apart is where they are.
    private string Name(IReadOnlyList<string> peerUrls)
    {
        bool findsMembers = Text("discovery").Length + Text("discovery-srv").Length > 0;
        if (_values.ContainsKey("name") || !findsMembers || peerUrls.Count == 0
            || !Uri.TryCreate(peerUrls[0], UriKind.Absolute, out Uri? url))
        {
            return Text("name");
        }

        return url.Port == 2380 ? url.Host : $"{url.Host}:{url.Port}";
    }

    private TlsFiles? Tls(string prefix)
    {
        string certificate = Text(prefix + "cert-file");
        string key = Text(prefix + "key-file");
        string authorities = Text(prefix + "trusted-ca-file");
        bool isRequired = Switch(prefix + "client-cert-auth");
        if (certificate.Length > 0 != key.Length > 0)
        {
            string missing = certificate.Length == 0 ? "cert-file" : "key-file";
            _problems.Add($"--{prefix}{missing}: --{prefix}cert-file and --{prefix}key-file go together");
        }

        if (isRequired && authorities.Length == 0)
            _problems.Add($"--{prefix}client-cert-auth: --{prefix}trusted-ca-file says whose certificates are good");
        if (authorities.Length > 0 && certificate.Length == 0)
            _problems.Add($"--{prefix}trusted-ca-file: --{prefix}cert-file and --{prefix}key-file are needed with it");
        return certificate.Length == 0 || key.Length == 0
            ? null
            : new TlsFiles(
                Path.GetFullPath(certificate),
                Path.GetFullPath(key),
                authorities.Length == 0 ? null : Path.GetFullPath(authorities),
                isRequired || authorities.Length > 0);
    }

    private bool Switch(string name)
    {
        string text = Text(name);
        if (bool.TryParse(text, out bool value))
            return value;
        _problems.Add($"--{name} {text}: say true or false");
        return false;
    }

    private TimeSpan Milliseconds(string name) => TimeSpan.FromMilliseconds(Number(name, 1, 600_000));

    private ulong Number(string name, ulong least, ulong most)
    {
        string text = Text(name);
        if (ulong.TryParse(text, out ulong value) && value >= least && value <= most)
            return value;
        _problems.Add($"--{name} {text}: a whole number from {least} to {most} is needed");
        return least;
    }

    // URLs to listen on; https needs the certificate that a flag names.
    private List<Uri> Urls(string name, TlsFiles? tls, string certificateFlag, bool isNeeded)
    {
        List<Uri> urls = [];
        foreach (string text in Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (UrlProblem(text, needsPort: true) is { } problem)
                _problems.Add($"--{name} {text}: {problem}");
            else
                urls.Add(new Uri(text));
        }

        if (urls.Count == 0 && isNeeded && _problems.Count == 0)
            _problems.Add($"--{name}: at least one URL is needed");
        if (tls is null && urls.Find(static u => u.Scheme == "https") is { } secret)
        {
            string keyFlag = certificateFlag.Replace("cert-file", "key-file", StringComparison.Ordinal);
            _problems.Add($"--{name} {secret.OriginalString}: https needs --{certificateFlag} and --{keyFlag}");
        }

        return urls;
    }

    // Whoever gets in there is root on every machine: an admin listener must know who that is, or be out of reach.
    private List<Uri> AdminUrls(TlsFiles? tls, bool isInsecure, IReadOnlyList<Uri> clients)
    {
        List<Uri> urls = Urls("listen-admin-urls", tls, "cert-file", isNeeded: false);
        foreach (Uri url in urls)
        {
            string text = url.OriginalString;
            Listener listener = Listener.Of(ListenerKind.Admin, url, tls?.RequiresClientCertificate == true);
            if (listener.IsOpen && !isInsecure)
            {
                _problems.Add($"--listen-admin-urls {text}: take https with --trusted-ca-file, so that administrators "
                    + "show certificates, or a loopback address; --insecure-admin allows it all the same");
            }

            if (clients.Contains(url))
                _problems.Add($"--listen-admin-urls {text}: it is one of --listen-client-urls, too; take another port");
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
            if (UrlProblem(part, needsPort: false) is { } problem)
                _problems.Add($"--{name} {part}: {problem}");
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
        List<string> problems = hasLog?.Invoke(dataFolder) == true ? [] : _problems;
        List<InitialMember> members = InitialClusterText.Read(
            Text("initial-cluster"), name, ownPeerUrls, url => UrlProblem(url, needsPort: false), problems);
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
            _problems.Add("--proxy: --dev makes a member of its own; leave out one of them");
        if (hasLog?.Invoke(dataFolder) == true)
        {
            _problems.Add($"--proxy: {dataFolder} holds a member's data; start it without --proxy, or take the member "
                + "out of the cluster (`corenode member remove`) and give the worker another --data-dir");
        }

        string text = Text("initial-cluster");
        if (text.Length > 0)
            return InitialClusterText.ReadOthers(text, url => UrlProblem(url, needsPort: false), _problems);
        if (Text("discovery").Length == 0 && Text("discovery-srv").Length == 0)
        {
            _problems.Add("--proxy: say where the members are: --initial-cluster NAME=PEER-URL,… or --discovery or "
                + "--discovery-srv");
        }

        return [];
    }

    private static string? UrlProblem(string text, bool needsPort)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            return "a URL such as http://127.0.0.1:2379 is needed";
        if (url.AbsolutePath != "/" || url.Query.Length > 0)
            return "a URL without a path is needed";
        if (needsPort && !System.Net.IPAddress.TryParse(url.Host.Trim('[', ']'), out _) && url.Host != "localhost")
            return "an IP address or localhost is needed to listen on";
        return null;
    }

    private static string Suggestion(string name) =>
        NearestWord.Of(name, NodeFlags.All.Select(static flag => flag.Name)) is { } nearest
            ? $"; did you mean --{nearest}?"
            : "";
}
