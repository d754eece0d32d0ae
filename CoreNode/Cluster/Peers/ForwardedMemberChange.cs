using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Peers;

/// <summary>A member other than the leader was asked to change the membership.</summary>
/// <param name="From">The member that was asked by a client.</param>
/// <param name="To">Who leads.</param>
/// <param name="Number">Number of the request at its sender.</param>
/// <param name="Change">What to change.</param>
public sealed record ForwardedMemberChange(NodeId From, NodeId To, ulong Number, MemberChange Change)
    : PeerMessage(From, To);
