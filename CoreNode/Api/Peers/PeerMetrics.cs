using CoreNode.Foundation;

namespace CoreNode.Api.Peers;

/// <summary>What the peer transport counts. Any thread.</summary>
internal sealed class PeerMetrics
{
    private readonly MetricCounter[] _refused;
    private int _inbound;
    private int _outbound;

    public PeerMetrics(MetricRegistry metrics)
    {
        ReceivedBytes = metrics.Counter("corenode_peer_received_bytes_total", "Bytes received from other members.");
        SentBytes = metrics.Counter("corenode_peer_sent_bytes_total", "Bytes sent to other members.");
        Dropped = metrics.Counter(
            "corenode_peer_dropped_messages_total", "Messages dropped because too much waited for their member.");
        SnapshotReceivedBytes = metrics.Counter(
            "corenode_peer_snapshot_received_bytes_total", "Bytes of snapshots received from other members.");
        SnapshotSentBytes = metrics.Counter(
            "corenode_peer_snapshot_sent_bytes_total", "Bytes of snapshots sent to other members.");
        metrics.Gauge("corenode_peer_connections", "Connections with other members.",
            () => Volatile.Read(ref _inbound), "direction=\"in\"");
        metrics.Gauge("corenode_peer_connections", "Connections with other members.",
            () => Volatile.Read(ref _outbound), "direction=\"out\"");
        _refused = Array.ConvertAll(Enum.GetValues<ProtocolFault>(), fault => metrics.Counter(
            "corenode_peer_refused_total", "Connections refused or closed for what came from the other side.",
            $"reason=\"{Label(fault)}\""));
    }

    public MetricCounter ReceivedBytes { get; }

    public MetricCounter SentBytes { get; }

    public MetricCounter Dropped { get; }

    public MetricCounter SnapshotReceivedBytes { get; }

    public MetricCounter SnapshotSentBytes { get; }

    /// <summary>Counts one connection that was refused or closed.</summary>
    public void Refused(ProtocolFault fault) => _refused[(int)fault].Increment();

    /// <summary>How many were, for that reason.</summary>
    public long RefusedCount(ProtocolFault fault) => _refused[(int)fault].Value;

    /// <summary>A connection that was accepted begins or ends.</summary>
    public void CountInbound(int change) => Interlocked.Add(ref _inbound, change);

    /// <summary>A connection that was made begins or ends.</summary>
    public void CountOutbound(int change) => Interlocked.Add(ref _outbound, change);

    /// <summary>A fault in metrics and logs.</summary>
    public static string Label(ProtocolFault fault) => fault switch
    {
        ProtocolFault.NotAPeer => "not_a_peer",
        ProtocolFault.Version => "version",
        ProtocolFault.WrongCluster => "wrong_cluster",
        ProtocolFault.Removed => "removed",
        ProtocolFault.Unknown => "unknown_member",
        ProtocolFault.WrongMember => "wrong_member",
        ProtocolFault.SetBack => "set_back",
        ProtocolFault.Damaged => "damaged",
        ProtocolFault.TooLong => "too_long",
        ProtocolFault.Truncated => "truncated",
        ProtocolFault.Silent => "silent",
        ProtocolFault.TooMany => "too_many",
        ProtocolFault.NotAuthorized => "not_authorized",
        ProtocolFault.Forged => "forged",
        ProtocolFault.NoTls => "no_tls",
        ProtocolFault.Tls => "tls",
        ProtocolFault.Handshake => "tls_handshake",
        ProtocolFault.Certificate => "certificate",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };
}
