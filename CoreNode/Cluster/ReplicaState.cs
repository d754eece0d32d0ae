using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Raft;

namespace CoreNode.Cluster;

/// <summary>What was recovered from disk: the loop goes on from here.</summary>
internal sealed record ReplicaState(
    RaftNode Raft, KeyStateMachine Keys, LogIndex SnapshotIndex, ulong ClusterId, NodeId Self);
