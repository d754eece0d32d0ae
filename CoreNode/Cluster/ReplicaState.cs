using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>What was recovered from disk: the loop goes on from here.</summary>
/// <param name="Raft">The member as its log says.</param>
/// <param name="Keys">The key space as of the snapshot.</param>
/// <param name="Snapshot">The newest durable snapshot.</param>
/// <param name="ClusterId">Its cluster.</param>
/// <param name="Self">Its own identity.</param>
internal sealed record ReplicaState(
    RaftNode Raft, KeyStateMachine Keys, SnapshotMetadata Snapshot, ulong ClusterId, NodeId Self)
{
    /// <summary>Where the others are until the state says it: for a member that has just joined.</summary>
    internal IReadOnlyList<PeerAddress> FirstPeers { get; init; } = [];
}
