using CoreNode.Cluster.Leases;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>Something for the loop that owns the replica; the closed list of what others may ask of it.</summary>
internal abstract class LoopMessage;

/// <summary>The log is durable up to this append (from the Wal thread).</summary>
internal sealed class LogPersisted(long appendNumber) : LoopMessage
{
    internal long AppendNumber { get; } = appendNumber;
}

/// <summary>
/// A linearizable read waits for its turn; with a term only this member as its leader may confirm it.
/// </summary>
internal sealed class ReadBarrier(long startedAt, Term onlyIn = default) : LoopMessage
{
    internal Term OnlyIn { get; } = onlyIn;

    internal TaskCompletionSource<(IKeyspace? Keyspace, KeyError? Error)> Completion { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal long StartedAt { get; } = startedAt;
}

/// <summary>Somebody asks who leads, as this member knows it at that moment.</summary>
internal sealed class AskStanding : LoopMessage
{
    internal TaskCompletionSource<LeaderStanding> Completion { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
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
internal sealed class SnapshotFinished(CapturedSnapshot snapshot, Exception? fault) : LoopMessage
{
    internal CapturedSnapshot Snapshot { get; } = snapshot;

    internal Exception? Fault { get; } = fault;
}

/// <summary>A Raft message of another member.</summary>
internal sealed class PeerRaftMessage(RaftMessage message) : LoopMessage
{
    internal RaftMessage Message { get; } = message;
}

/// <summary>Another message of another member.</summary>
internal sealed class PeerOtherMessage(PeerMessage message) : LoopMessage
{
    internal PeerMessage Message { get; } = message;
}

/// <summary>The connection to a member broke or cannot be made.</summary>
internal sealed class PeerUnreachable(NodeId node) : LoopMessage
{
    internal NodeId Node { get; } = node;
}

/// <summary>A snapshot has arrived at another member, or has not.</summary>
internal sealed class SnapshotReported(NodeId node, bool isDelivered) : LoopMessage
{
    internal NodeId Node { get; } = node;

    internal bool IsDelivered { get; } = isDelivered;
}

/// <summary>A leader's snapshot is here: durable, checked and loaded.</summary>
internal sealed class SnapshotReceived(RaftMessage message, KeyStateMachine keys) : LoopMessage
{
    internal RaftMessage Message { get; } = message;

    internal KeyStateMachine Keys { get; } = keys;
}

/// <summary>Another member says that this one was removed from the cluster.</summary>
internal sealed class RemovedByPeers(NodeId by) : LoopMessage
{
    internal NodeId By { get; } = by;
}

/// <summary>Other members have said where everybody is.</summary>
internal sealed class PeersFound(IReadOnlyList<PeerAddress> peers) : LoopMessage
{
    internal IReadOnlyList<PeerAddress> Peers { get; } = peers;
}

/// <summary>A client of this member wants to change the membership.</summary>
internal sealed class ChangeMembers(MemberChange change, long startedAt) : LoopMessage
{
    internal MemberChange Change { get; } = change;

    internal long StartedAt { get; } = startedAt;

    internal TaskCompletionSource<MemberChangeOutcome> Completion { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Leadership is to be handed over.</summary>
internal sealed class MoveLeader(NodeId target) : LoopMessage
{
    internal NodeId Target { get; } = target;

    internal TaskCompletionSource<MemberChangeOutcome> Completion { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Somebody wants a snapshot of the present state, for a backup.</summary>
internal sealed class CaptureState : LoopMessage
{
    internal TaskCompletionSource<CapturedSnapshot> Completion { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
