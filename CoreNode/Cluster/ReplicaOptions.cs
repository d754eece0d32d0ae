using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>How one replica runs. Times are wall times; the replica counts Raft ticks of one heartbeat each.</summary>
public sealed record ReplicaOptions
{
    /// <summary>Folder of the log and the snapshots: $DATA/raft.</summary>
    public required string Folder { get; init; }

    /// <summary>This member's name.</summary>
    public required string Name { get; init; }

    /// <summary>The members at the first start: name and peer URL, this one among them.</summary>
    public required IReadOnlyList<InitialMember> InitialMembers { get; init; }

    /// <summary>Keeps clusters apart that start from the same addresses.</summary>
    public string ClusterToken { get; init; } = "etcd-cluster";

    /// <summary>
    /// The cluster runs already (--initial-cluster-state existing): the identity comes from its members, which are
    /// asked at the peer URLs of <see cref="InitialMembers"/>.
    /// </summary>
    public bool JoinsExisting { get; init; }

    /// <summary>Client URLs that are announced to others.</summary>
    public required IReadOnlyList<string> AdvertiseClientUrls { get; init; }

    /// <summary>Time between heartbeats, one Raft tick.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time without a leader until an election.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>A snapshot is taken every so many log entries (etcd's --snapshot-count).</summary>
    public ulong SnapshotCount { get; init; } = 100_000;

    /// <summary>Events that stay readable for watches with an index; etcd's is 1000.</summary>
    public int HistoryCapacity { get; init; } = 1000;

    /// <summary>Most writes that may wait at once; more are refused.</summary>
    public int MaxPendingProposals { get; init; } = 16_384;

    /// <summary>Most bytes of writes that may wait at once; more are refused.</summary>
    public long MaxPendingBytes { get; init; } = 256L << 20;

    /// <summary>How long a write waits for a quorum: etcd's 5 s plus two election timeouts.</summary>
    public TimeSpan RequestTimeout => TimeSpan.FromSeconds(5) + (2 * ElectionTimeout);

    /// <summary>
    /// Applied entries that stay in memory for members that lag; who lags further is sent a snapshot.
    /// </summary>
    public ulong RetainedEntries { get; init; } = 5000;

    /// <summary>How the log uses the disk.</summary>
    public WalOptions Log { get; init; } = new();

    /// <summary>Seed of election jitter.</summary>
    public ulong Seed { get; init; } = 1;
}
