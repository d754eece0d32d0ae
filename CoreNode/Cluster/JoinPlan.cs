using CoreNode.Cluster.Peers;
using CoreNode.Foundation;

namespace CoreNode.Cluster;

/// <summary>What a machine learned from the members of a cluster that it joins.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Self">Its identity there.</param>
/// <param name="Voters">Who votes now.</param>
/// <param name="Peers">Where everybody is, itself included.</param>
internal sealed record JoinPlan(
    ulong ClusterId, NodeId Self, IReadOnlyList<NodeId> Voters, IReadOnlyList<PeerAddress> Peers);
