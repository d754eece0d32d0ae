using CoreNode.Api;
using CoreNode.Api.Peers;
using CoreNode.Cluster;

namespace CoreNode.Hosting;

/// <summary>The options of the parts, cut from those of the node.</summary>
internal static class NodeComposition
{
    // What clients' limits leave to the node's own writes, which nobody retries.
    private const int OwnWrites = 1024;
    private const long OwnWriteBytes = 64L << 20;

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
        Seed = (ulong)Environment.TickCount64,
    };

    internal static PeerTransportOptions Peers(NodeOptions options) => new()
    {
        ListenPeerUrls = options.ListenPeerUrls,
        Seed = (ulong)Environment.TickCount64,
    };

    internal static ApiOptions Api(NodeOptions options, string? unixSocket, string version) => new()
    {
        ProgramVersion = version,
        ListenClientUrls = options.ListenClientUrls,
        UnixSocketPath = unixSocket,
        CorsOrigins = options.CorsOrigins,
        Limits = options.Limits,
        ListenAdminUrls = options.ListenAdminUrls,
        IsAdminInsecure = options.IsAdminInsecure,
    };
}
