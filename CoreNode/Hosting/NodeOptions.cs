using CoreNode.Api.Limits;
using CoreNode.Cluster;
using CoreNode.Pki;

namespace CoreNode.Hosting;

/// <summary>
/// The effective configuration of a node, all sources merged and checked; see <see cref="NodeFlags"/>.
/// </summary>
public sealed record NodeOptions
{
    /// <summary>Human name of this member.</summary>
    public required string Name { get; init; }

    /// <summary>Everything durable is below it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where clients are served.</summary>
    public required IReadOnlyList<Uri> ListenClientUrls { get; init; }

    /// <summary>Client URLs as members and clients are told.</summary>
    public required IReadOnlyList<string> AdvertiseClientUrls { get; init; }

    /// <summary>Where other members are served.</summary>
    public required IReadOnlyList<Uri> ListenPeerUrls { get; init; }

    /// <summary>Peer URLs that others are told, of members and workers alike.</summary>
    public required IReadOnlyList<string> AdvertisePeerUrls { get; init; }

    /// <summary>The members at the first start.</summary>
    public required IReadOnlyList<InitialMember> InitialCluster { get; init; }

    /// <summary>The first start joins a cluster that runs already.</summary>
    public required bool JoinsExisting { get; init; }

    /// <summary>Makes this member the only one of a new cluster that keeps its data.</summary>
    public required bool ForcesNewCluster { get; init; }

    /// <summary>Keeps clusters apart that start from the same addresses.</summary>
    public required string InitialClusterToken { get; init; }

    /// <summary>Discovery URL with its token; empty for none.</summary>
    public required string Discovery { get; init; }

    /// <summary>CAs that the discovery service is checked against; null for the system's.</summary>
    public string? DiscoveryCaFile { get; init; }

    /// <summary>Domain whose SRV records name the members; empty for none.</summary>
    public required string DiscoverySrv { get; init; }

    /// <summary>A machine that the discovered cluster has no place for becomes a proxy; otherwise it ends.</summary>
    public required bool FallsBackToProxy { get; init; }

    /// <summary>Whether this node is a worker without a vote.</summary>
    public required ProxyMode Proxy { get; init; }

    /// <summary>TLS for clients; null for none.</summary>
    public required TlsFiles? ClientTls { get; init; }

    /// <summary>TLS between members; null for none.</summary>
    public required TlsFiles? PeerTls { get; init; }

    /// <summary>Where administrators are served, besides the unix socket.</summary>
    public required IReadOnlyList<Uri> ListenAdminUrls { get; init; }

    /// <summary>Where FleetLock is served; empty for nowhere.</summary>
    public IReadOnlyList<Uri> ListenFleetLockUrls { get; init; } = [];

    /// <summary>What clients of FleetLock show; null for nothing.</summary>
    public string? FleetLockToken { get; init; }

    /// <summary>Where this machine's containers reach the keys; empty for nowhere.</summary>
    public IReadOnlyList<Uri> ListenContainerUrls { get; init; } = [];

    /// <summary>The file of the token that they show.</summary>
    public string ContainerTokenFile { get; init; } = "";

    /// <summary>Lifts the refusals that keep strangers from changing things.</summary>
    public required bool IsAdminInsecure { get; init; }

    /// <summary>What this node does about units.</summary>
    public required UnitOptions Units { get; init; }

    /// <summary>What this node does about updates of its machine.</summary>
    public UpdateOptions Updates { get; init; } = new() { IsOn = false };

    /// <summary>What this node does about reboots of its machine.</summary>
    public RebootOptions Reboots { get; init; } = new();

    /// <summary>Which overlay networks this node's machine takes part in, and how.</summary>
    public OverlayNodeOptions Overlay { get; init; } = new();

    /// <summary>One Raft tick.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>Time without a leader until an election.</summary>
    public required TimeSpan ElectionTimeout { get; init; }

    /// <summary>Log entries between snapshots.</summary>
    public required ulong SnapshotCount { get; init; }

    /// <summary>Origins that browsers may call from; "*" for all.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>What clients may take of this node.</summary>
    public required ApiLimits Limits { get; init; }

    /// <summary>Path of the unix socket; null for none.</summary>
    public required string? UnixSocket { get; init; }

    /// <summary>Path of the unix socket for fleet's clients; null for none.</summary>
    public string? FleetSocket { get; init; }

    /// <summary>Least severe lines that are logged.</summary>
    public required string LogLevel { get; init; }

    /// <summary>Which addresses were chosen for it, and why.</summary>
    public IReadOnlyList<string> AddressNotes { get; init; } = [];

    /// <summary>The configuration file that was read; empty for none.</summary>
    public string ConfigFile { get; init; } = "";

    /// <summary>A throw-away node: temporary folder, free ports, hints.</summary>
    public required bool IsDev { get; init; }
}
