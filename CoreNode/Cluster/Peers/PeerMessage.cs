using CoreNode.Foundation;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// What members say to each other besides Raft's own messages; the closed list. Immutable, and like those it may be
/// lost, but never damaged: the transport checks every frame. Messages of one sender to one receiver keep their order
/// with each other and with appends, as long as the connection lasts.
/// </summary>
/// <param name="From">The sender; the transport vouches for it.</param>
/// <param name="To">The receiver.</param>
public abstract record PeerMessage(NodeId From, NodeId To);
