using CoreNode.Foundation;

namespace CoreNode.Cluster.Peers;

/// <summary>Where a member is reached.</summary>
/// <param name="Node">Its identity.</param>
/// <param name="PeerUrls">Its peer URLs; each is tried in turn.</param>
public sealed record PeerAddress(NodeId Node, IReadOnlyList<string> PeerUrls);
