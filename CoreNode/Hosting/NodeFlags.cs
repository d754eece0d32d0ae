using System.Text;
using CoreNode.Hosting.FleetLock;

namespace CoreNode.Hosting;

/// <summary>The one table of node options; names are etcd's where etcd has one (design: Contracts).</summary>
public static class NodeFlags
{
    /// <summary>The file that a node reads where none is named: what provisioning writes.</summary>
    public const string StandardFile = "/etc/corenode/corenode.yaml";

    /// <summary>What the maker of the machine's image set, which everything else comes before.</summary>
    public const string MakerFile = "/usr/share/corenode/corenode.yaml";

    /// <summary>All options, in the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All =
    [
        new("name", "default", "NAME", "human name of this member (with discovery by default: its peer address)"),
        new("data-dir", "/var/lib/corenode", "FOLDER", "everything durable is below it"),
        new("listen-client-urls", "http://127.0.0.1:2379,http://127.0.0.1:4001", "URL,...", "where clients are served"),
        new("advertise-client-urls", "", "URL,...", "client URLs that others are told (default: the listen ones)"),
        new("listen-peer-urls", "http://127.0.0.1:2380", "URL,...", "where other members are served"),
        new("initial-advertise-peer-urls", "", "URL,...", "peer URLs that others are told (default: the listen ones)"),
        new("initial-cluster", "", "NAME=URL,...", "the members at the first start (default: this one alone)"),
        new("initial-cluster-state", "new", "new|existing", "whether the first start makes or joins a cluster"),
        new("initial-cluster-token", "etcd-cluster", "TOKEN", "keeps clusters apart that use the same addresses"),
        new("discovery", "", "URL", "discovery URL: where the members of a new cluster find each other"),
        new("discovery-ca-file", "", "FILE", "CA of an https discovery URL (PEM; default: the system's)"),
        new("discovery-srv", "", "DOMAIN", "DNS domain whose SRV records name the members of a new cluster"),
        new("discovery-fallback", "proxy", "proxy|exit", "where that cluster is full: join as a proxy, or end"),
        new("proxy", "off", "off|on|readonly", "a worker: asks the members, has no vote and no data"),
        new("force-new-cluster", "false", "", "a quorum is lost for good: go on with this member's data, alone"),
        new("heartbeat-interval", "100", "MS", "milliseconds between heartbeats"),
        new("election-timeout", "1000", "MS", "milliseconds without a leader until an election"),
        new("snapshot-count", "100000", "N", "log entries between snapshots"),
        new("cert-file", "", "FILE", "certificate that clients are shown (PEM), for https:// client URLs"),
        new("key-file", "", "FILE", "its key (PEM)"),
        new("trusted-ca-file", "", "FILE", "CA of clients' certificates (PEM); clients must show one then"),
        new("client-cert-auth", "false", "", "clients must show a certificate of --trusted-ca-file"),
        new("peer-cert-file", "", "FILE", "certificate that members are shown (PEM), for https:// peer URLs"),
        new("peer-key-file", "", "FILE", "its key (PEM)"),
        new("peer-trusted-ca-file", "", "FILE", "CA of the members' certificates (PEM); members must show one then"),
        new("peer-client-cert-auth", "false", "", "members must show a certificate of --peer-trusted-ca-file"),
        new("listen-admin-urls", "", "URL,...", "for administrators: https with client certificates, or loopback"),
        new("insecure-admin", "false", "", "lifts what keeps strangers from changing things; said at every start"),
        .. UnitFlags.All,
        .. UpdateFlags.All,
        .. RebootFlags.All,
        .. OverlayFlags.All,
        .. FleetLockFlags.All,
        .. ContainerFlags.All,
        new("cors", "*", "ORIGIN,...", "origins that browsers may call from"),
        new("unix-socket", "/run/corenode/corenode.sock", "PATH", "local socket for clients; \"none\" for none"),
        new("fleet-socket", "none", "PATH", "a second local socket, for fleetctl; fleet's own is /run/fleet.sock"),
        .. LimitFlags.All,
        new("log-level", "info", "LEVEL", "debug, info, warning or error"),
        new("config", "", "FILE", $"YAML file with these names as keys (default: {StandardFile}; \"none\" for none)"),
        new("dev", "false", "", "throw-away node: temporary folder, usual ports or free ones, hints"),
    ];

    /// <summary>The option of that name, or null.</summary>
    public static NodeFlag? Find(string name) => All.FirstOrDefault(f => f.Name == name);

    /// <summary>The text of `corenode node --help`.</summary>
    public static string Help()
    {
        StringBuilder text = new();
        text.Append(
            """
            Run the supervisor of this machine: the replicated key-value store with etcd's v2 API.

            Usage: corenode node [flags]

            Examples:
              corenode node --dev
                  a throw-away node to try things on; prints what to try
              corenode node --data-dir /var/lib/corenode
                  a node of one member that keeps its data
              corenode node --name a --listen-peer-urls http://10.0.0.1:2380 --listen-client-urls http://10.0.0.1:2379 \
                --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380
                  one of three members; the other two are started likewise
              CORENODE_LISTEN_CLIENT_URLS=http://10.0.0.5:2379 corenode node --config /etc/corenode/node.yaml
                  options from the environment and from a file

            Each flag is also an environment variable (--data-dir: CORENODE_DATA_DIR) and a key of --config FILE.
            A flag wins over the environment, that over the file, that over the default. Without --config it is
            /etc/corenode/corenode.yaml, if that is there (not with --dev).

            Flags:

            """);
        AppendTable(text, All);
        return text.ToString();
    }

    /// <summary>Appends a table of options as help shows it.</summary>
    internal static void AppendTable(StringBuilder text, IReadOnlyList<NodeFlag> flags)
    {
        foreach (NodeFlag flag in flags)
        {
            string usage = flag.IsSwitch ? $"--{flag.Name}" : $"--{flag.Name} {flag.Placeholder}";
            string standard = flag.IsSwitch || flag.Default.Length == 0 ? "" : $" (default: {flag.Default})";
            text.Append(usage.Length > 38 ? $"  {usage}\n{"",42}" : $"  {usage,-40}");
            text.Append(flag.Help).Append(standard).Append('\n');
        }
    }
}
