using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Peers;

/// <summary>Log lines of the peer transport.</summary>
internal static partial class PeerLog
{
    [LoggerMessage(EventIds.Api + 50, LogLevel.Information, "serving members on {Urls}")]
    internal static partial void ServingPeers(this ILogger logger, string urls);

    [LoggerMessage(EventIds.Api + 51, LogLevel.Warning,
        "closed the peer connection {Who} from {RemoteAddress} ({Fault}): {Reason}; {Advice}")]
    internal static partial void PeerRefused(
        this ILogger logger, string who, string remoteAddress, string fault, string reason, string advice);

    [LoggerMessage(EventIds.Api + 52, LogLevel.Information, "connected to member {NodeId} at {Url} ({Kind})")]
    internal static partial void PeerConnected(this ILogger logger, NodeId nodeId, string url, ConnectionKind kind);

    [LoggerMessage(EventIds.Api + 53, LogLevel.Warning,
        "no connection to member {NodeId} at {Urls}: {Reason}; it is tried until it answers")]
    internal static partial void PeerUnreachable(this ILogger logger, NodeId nodeId, string urls, string reason);

    [LoggerMessage(EventIds.Api + 54, LogLevel.Warning,
        "member {NodeId} at {Url} refuses this member ({RefusalReason}): {Reason}")]
    internal static partial void RefusedByPeer(
        this ILogger logger, NodeId nodeId, string url, PeerRefusalReason refusalReason, string reason);

    [LoggerMessage(EventIds.Api + 55, LogLevel.Warning,
        "more than {Bytes} bytes wait for member {NodeId} ({Kind}): messages are dropped until it reads")]
    internal static partial void PeerOverflowed(this ILogger logger, NodeId nodeId, ConnectionKind kind, long bytes);

    [LoggerMessage(EventIds.Api + 56, LogLevel.Information,
        "sent the snapshot at index {Index} to member {NodeId}: {Bytes} bytes in {Elapsed} ms")]
    internal static partial void SnapshotSent(
        this ILogger logger, LogIndex index, NodeId nodeId, long bytes, long elapsed);

    [LoggerMessage(EventIds.Api + 57, LogLevel.Warning,
        "the snapshot at index {Index} did not reach member {NodeId}: {Reason}")]
    internal static partial void SnapshotNotSent(
        this ILogger logger, LogIndex index, NodeId nodeId, string reason);

    [LoggerMessage(EventIds.Api + 58, LogLevel.Information,
        "receiving the snapshot at index {Index} from member {NodeId}: {Bytes} bytes, from {Offset} on")]
    internal static partial void SnapshotBegins(
        this ILogger logger, LogIndex index, NodeId nodeId, long bytes, long offset);

    [LoggerMessage(EventIds.Api + 59, LogLevel.Warning,
        "the snapshot at index {Index} from member {NodeId} was not taken: {Reason}")]
    internal static partial void SnapshotNotTaken(
        this ILogger logger, LogIndex index, NodeId nodeId, string reason);

    [LoggerMessage(EventIds.Api + 60, LogLevel.Error,
        "the peer listener on {Address} does not accept connections: {Reason}")]
    internal static partial void AcceptFailed(this ILogger logger, string address, string reason);

    [LoggerMessage(EventIds.Api + 62, LogLevel.Warning, "the request \"{Service}\" of node {NodeId} failed")]
    internal static partial void RequestFailed(this ILogger logger, Exception fault, string service, NodeId nodeId);

    [LoggerMessage(EventIds.Api + 61, LogLevel.Error,
        "the connection of member {NodeId} from {RemoteAddress} failed for a mistake of this program; it is closed")]
    internal static partial void PeerFailed(
        this ILogger logger, Exception fault, NodeId nodeId, string remoteAddress);
}
