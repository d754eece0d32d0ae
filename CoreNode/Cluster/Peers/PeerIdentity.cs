using CoreNode.Foundation;

namespace CoreNode.Cluster.Peers;

/// <summary>What a member says of itself when it connects.</summary>
/// <param name="ClusterId">The cluster; who is of another one is refused.</param>
/// <param name="Node">This member.</param>
public sealed record PeerIdentity(ulong ClusterId, NodeId Node);
