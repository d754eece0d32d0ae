using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>Something for the loop that owns the replica; the closed list of what others may ask of it.</summary>
internal abstract class LoopMessage;

/// <summary>The log is durable up to this append (from the Wal thread).</summary>
internal sealed class LogPersisted(long appendNumber) : LoopMessage
{
    internal long AppendNumber { get; } = appendNumber;
}

/// <summary>A linearizable read waits for its turn.</summary>
internal sealed class ReadBarrier(long startedAt) : LoopMessage
{
    internal TaskCompletionSource<(IKeyspace? Keyspace, KeyError? Error)> Completion { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal long StartedAt { get; } = startedAt;
}

/// <summary>Starts a watch.</summary>
internal sealed class AddWatch(WatchRequest request, WatchQueue queue) : LoopMessage
{
    internal WatchRequest Request { get; } = request;

    internal WatchQueue Queue { get; } = queue;

    internal TaskCompletionSource<WatchOutcome> Completion { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Ends a watch.</summary>
internal sealed class RemoveWatch(WatchQueue queue) : LoopMessage
{
    internal WatchQueue Queue { get; } = queue;
}

/// <summary>A snapshot is on disk and verified, or its writing failed.</summary>
internal sealed class SnapshotFinished(LogIndex index, Exception? fault) : LoopMessage
{
    internal LogIndex Index { get; } = index;

    internal Exception? Fault { get; } = fault;
}
