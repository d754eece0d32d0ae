using CoreNode.Pki;

namespace CoreNode.Api.Peers;

/// <summary>Settings of the peer transport. Every queue, wait and retry has its bound here.</summary>
public sealed record PeerTransportOptions
{
    /// <summary>
    /// Where other members are served: http://HOST:PORT or https://HOST:PORT, the port 0 means any free one.
    /// </summary>
    public IReadOnlyList<Uri> ListenPeerUrls { get; init; } = [];

    /// <summary>What is shown and asked for on https URLs; null where there are none.</summary>
    public ICertificateSource? Certificates { get; init; }

    /// <summary>How long one address may take to accept a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long the other side may take for its part of the handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections that have not said yet who they are; more are closed at once.</summary>
    public int MaxHandshakes { get; init; } = 64;

    /// <summary>Requests of other nodes that are served at once; more are refused.</summary>
    public int MaxRequests { get; init; } = 256;

    /// <summary>Requests that nodes keep open for as long as they run, served at once besides the others.</summary>
    public int MaxLongRequests { get; init; } = 16_384;

    /// <summary>
    /// Longest payload of a frame on a stream: entries of 10 MiB after a batch of 1 MiB, with room to spare.
    /// </summary>
    public int MaxStreamFrameBytes { get; init; } = 64 << 20;

    /// <summary>Bytes that may wait for one member's stream; what comes beyond is dropped.</summary>
    public long MaxQueuedBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Heartbeats are dropped while more than this waits for the heartbeat connection: an old one helps nobody.
    /// </summary>
    public int MaxQueuedHeartbeatBytes { get; init; } = 1 << 10;

    /// <summary>Bytes that may wait for one member's heartbeat connection, votes and reads included.</summary>
    public int MaxQueuedUrgentBytes { get; init; } = 256 << 10;

    /// <summary>A connection whose other side acknowledges nothing for so long is given up.</summary>
    public TimeSpan AcknowledgeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>First wait after a failed attempt to connect; doubles up to <see cref="MaxBackoff"/>.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest wait between attempts, and the wait after a refusal.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A snapshot's stream without any progress for so long is broken.</summary>
    public TimeSpan SnapshotIdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the receiver of a snapshot says that it is still busy.</summary>
    public TimeSpan SnapshotProgressInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Attempts in a row without one more byte delivered until a snapshot is given up.</summary>
    public int SnapshotAttempts { get; init; } = 5;

    /// <summary>Bytes of a snapshot in one frame.</summary>
    public int SnapshotChunkBytes { get; init; } = 256 << 10;

    /// <summary>How long what is queued to a member that left may take to go out.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long what is queued may take to go out when the node stops.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The same complaint about the same peer is logged once in this time.</summary>
    public TimeSpan LogInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Seed of the jitter between attempts.</summary>
    public ulong Seed { get; init; } = 1;
}
