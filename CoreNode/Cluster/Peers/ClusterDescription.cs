using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// What a member tells a machine that wants to join, before it is one: enough to find itself by its peer URL and to
/// make its empty log.
/// </summary>
/// <param name="ClusterId">The cluster's identity.</param>
/// <param name="Members">All members, those that never started included.</param>
/// <param name="Voters">Those of them that vote.</param>
public sealed record ClusterDescription(ulong ClusterId, IReadOnlyList<Member> Members, IReadOnlyList<NodeId> Voters);
