using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>
/// A leader's snapshots to members that are too far behind. What is sent is the newest one on disk, if the log in
/// memory goes on from it; otherwise a new one is asked for first. Owned by the loop.
/// </summary>
internal sealed class SnapshotTransfers(RaftNode raft, IPeerSender peers, SnapshotMetadata newest)
{
    private readonly List<RaftMessage> _waiting = [];
    private readonly Dictionary<NodeId, LogIndex> _running = [];

    /// <summary>The newest durable snapshot.</summary>
    internal SnapshotMetadata Newest { get; private set; } = newest;

    /// <summary>True while a member waits for a snapshot that is not written yet.</summary>
    internal bool WantsNew => _waiting.Count > 0;

    /// <summary>The oldest snapshot on its way; entries after it must stay, or its receiver needs another.</summary>
    internal LogIndex? OldestRunning => _running.Count == 0 ? null : _running.Values.Min();

    // Its receiver must be able to go on with the entries after it.
    private bool IsOfUse => Newest.Index.Next >= raft.FirstIndex;

    /// <summary>Raft asks for a snapshot to a member.</summary>
    internal void Request(RaftMessage message)
    {
        _waiting.RemoveAll(m => m.To == message.To);
        if (IsOfUse)
            Start(message);
        else
            _waiting.Add(message);
    }

    /// <summary>Another snapshot is durable.</summary>
    internal void Written(SnapshotMetadata snapshot)
    {
        if (snapshot.Index <= Newest.Index)
            return;
        Newest = snapshot;
        if (!IsOfUse)
            return;
        foreach (RaftMessage message in _waiting)
            Start(message);
        _waiting.Clear();
    }

    /// <summary>A transfer has ended.</summary>
    internal void Ended(NodeId node) => _running.Remove(node);

    /// <summary>Another leader's business from here on.</summary>
    internal void LeaderChanged()
    {
        _waiting.Clear();
        _running.Clear();
    }

    private void Start(RaftMessage message)
    {
        if (raft.Role != RaftRole.Leader || message.Term != raft.Term)
            return;
        _running[message.To] = Newest.Index;
        peers.SendSnapshot(message with { Snapshot = Newest });
    }
}
