using CoreNode.Api;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Api.Relay;
using CoreNode.Cluster;
using CoreNode.Hosting.Wiring;
using CoreNode.Proxy;

namespace CoreNode.Hosting;

/// <summary>The options of the parts, cut from those of the node.</summary>
internal static class NodeComposition
{
    // What clients' limits leave to the node's own writes, which nobody retries.
    private const int OwnWrites = 1024;
    private const long OwnWriteBytes = 64L << 20;

    // A member without quorum answers after 5 s and two election timeouts; a worker waits for that answer.
    private static readonly TimeSpan s_writeTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(3);

    internal static ReplicaOptions Replica(NodeOptions options) => new()
    {
        Folder = Path.Combine(options.DataFolder, "raft"),
        Name = options.Name,
        InitialMembers = options.InitialCluster,
        JoinsExisting = options.JoinsExisting,
        ClusterToken = options.InitialClusterToken,
        AdvertiseClientUrls = options.AdvertiseClientUrls,
        HeartbeatInterval = options.HeartbeatInterval,
        ElectionTimeout = options.ElectionTimeout,
        SnapshotCount = options.SnapshotCount,
        MaxPendingProposals = options.Limits.MaxWaitingWrites + OwnWrites,
        MaxPendingBytes = options.Limits.MaxBodyBytes + OwnWriteBytes,
        Seed = Seeds.Fresh(),
    };

    internal static PeerTransportOptions Peers(NodeOptions options, NodeCertificates certificates) => new()
    {
        ListenPeerUrls = options.ListenPeerUrls,
        Certificates = certificates.Peers,
        Seed = Seeds.Fresh(),
    };

    /// <summary>What this node answers other nodes.</summary>
    internal static NodeServices Services(
        UnitsModule? units, params ReadOnlySpan<(string Name, INodeService Service)> more)
    {
        Dictionary<string, INodeService> services = new(units?.Services ?? []);
        foreach ((string name, INodeService service) in more)
            services.Add(name, service);
        return new NodeServices(services);
    }

    /// <summary>What all nodes of the cluster know and nobody else, if it was chosen; null for the default.</summary>
    internal static string? SecretToken(NodeOptions options) =>
        options.Discovery.Length > 0 ? options.Discovery
        : options.InitialClusterToken == NodeFlags.Find("initial-cluster-token")!.Default ? null
        : options.InitialClusterToken;

    internal static RelayOptions Relay(NodeOptions options) => new()
    {
        Name = options.Name,
        IsReadOnly = options.Proxy == ProxyMode.ReadOnly,
        AnswerTimeout = s_writeTime + (2 * options.ElectionTimeout) + s_margin,
    };

    internal static FollowerOptions Follower(NodeOptions options) => new()
    {
        Folder = Path.Combine(options.DataFolder, "proxy"),
        InitialPeerUrls = [.. options.InitialCluster.SelectMany(static member => member.PeerUrls)],
        Seed = Seeds.Fresh(),
    };

    internal static ApiOptions Api(
        NodeOptions options, NodeCertificates certificates, string? unixSocket, string? fleetSocket,
        NodeProcess process) =>
        new()
        {
            Certificates = certificates.Clients,
            ProgramVersion = process.Version,
            ListenClientUrls = options.ListenClientUrls,
            UnixSocketPath = unixSocket,
            FleetSocketPath = fleetSocket,
            AdministersOnLoopback = options.IsDev,
            CorsOrigins = options.CorsOrigins,
            Limits = options.Limits,
            ListenAdminUrls = options.ListenAdminUrls,
            ListenContainerUrls = options.ListenContainerUrls,
            ContainerToken = ContainerFlags.Token(options, process.Files),
            IsAdminInsecure = options.IsAdminInsecure,
        };
}
