using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster;

/// <summary>Log lines of a replica.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(EventIds.Cluster + 1, LogLevel.Information, "leader is {NodeId} in term {Term}")]
    internal static partial void LeaderChanged(this ILogger logger, NodeId nodeId, Term term);

    [LoggerMessage(EventIds.Cluster + 17, LogLevel.Warning,
        "no leader is known in term {Term}: an election runs, or there is no quorum")]
    internal static partial void LeaderLost(this ILogger logger, Term term);

    [LoggerMessage(EventIds.Cluster + 18, LogLevel.Warning,
        "no leader for {Seconds:0} s (term {Term}): {Heard} of {Voters} voting members were heard from lately, this "
        + "one included, and {Quorum} have to agree: {WhatToDo}")]
    internal static partial void StillNoLeader(
        this ILogger logger, double seconds, Term term, int heard, int voters, int quorum, string whatToDo);

    [LoggerMessage(EventIds.Cluster + 2, LogLevel.Critical,
        "the log could not be written; the node ends, nothing that was acknowledged is lost")]
    internal static partial void LogFailed(this ILogger logger, Exception fault);

    [LoggerMessage(EventIds.Cluster + 3, LogLevel.Error,
        "the disk of {Folder} is full: writes are refused, reads and deletes go on; free some space there")]
    internal static partial void DiskFull(this ILogger logger, string folder);

    [LoggerMessage(EventIds.Cluster + 4, LogLevel.Information,
        "the disk of {Folder} has room again: writes are accepted")]
    internal static partial void DiskHasRoom(this ILogger logger, string folder);

    [LoggerMessage(EventIds.Cluster + 5, LogLevel.Information,
        "snapshot at index {Index}: {Keys} keys, {Bytes} bytes in {Elapsed} ms")]
    internal static partial void SnapshotTaken(
        this ILogger logger, LogIndex index, long keys, long bytes, long elapsed);

    [LoggerMessage(EventIds.Cluster + 6, LogLevel.Error,
        "snapshot at index {Index} failed; the log is kept and the next one is tried later")]
    internal static partial void SnapshotFailed(this ILogger logger, Exception fault, LogIndex index);

    [LoggerMessage(EventIds.Cluster + 7, LogLevel.Information,
        "recovered {Keys} keys at index {Index}: snapshot at {SnapshotIndex}, {Entries} log entries after it, "
        + "{Elapsed} ms")]
    internal static partial void Recovered(
        this ILogger logger, long keys, LogIndex index, LogIndex snapshotIndex, int entries, long elapsed);

    [LoggerMessage(EventIds.Cluster + 8, LogLevel.Warning,
        "cut {Bytes} bytes of a write that was never acknowledged from the end of the log")]
    internal static partial void CutTornTail(this ILogger logger, long bytes);

    [LoggerMessage(EventIds.Cluster + 10, LogLevel.Warning,
        "the disk has not confirmed a write for {Milliseconds:0} ms: this member gives up leadership")]
    internal static partial void SteppedDown(this ILogger logger, double milliseconds);

    [LoggerMessage(EventIds.Cluster + 19, LogLevel.Warning,
        "the disk has not confirmed a write for {Milliseconds:0} ms: this member hands leadership over")]
    internal static partial void HandsOver(this ILogger logger, double milliseconds);

    [LoggerMessage(EventIds.Cluster + 11, LogLevel.Information,
        "joining: waiting for an answer from one of the members at {Urls}")]
    internal static partial void WaitingForMembers(this ILogger logger, string urls);

    [LoggerMessage(EventIds.Cluster + 12, LogLevel.Information,
        "joining cluster {ClusterId} as {NodeId}, with {Others} other members")]
    internal static partial void Joining(this ILogger logger, NodeId nodeId, string clusterId, int others);

    [LoggerMessage(EventIds.Cluster + 13, LogLevel.Warning, "member {NodeId} refuses this one: {Reason}")]
    internal static partial void RefusedBy(this ILogger logger, NodeId nodeId, string reason);

    [LoggerMessage(EventIds.Cluster + 14, LogLevel.Critical, "this member stops for good: {Reason}. {WhatToDo}")]
    internal static partial void StopsForGood(this ILogger logger, string reason, string whatToDo);

    [LoggerMessage(EventIds.Cluster + 15, LogLevel.Information,
        "snapshot at index {Index} received from {NodeId}: {Keys} keys")]
    internal static partial void SnapshotReceived(this ILogger logger, LogIndex index, NodeId nodeId, long keys);

    [LoggerMessage(EventIds.Cluster + 16, LogLevel.Warning,
        "cannot announce this member yet ({Reason}); trying again")]
    internal static partial void AnnounceFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Cluster + 9, LogLevel.Information,
        "new member {NodeId} of cluster {ClusterId} in {Folder}")]
    internal static partial void Bootstrapped(this ILogger logger, NodeId nodeId, string clusterId, string folder);
}
