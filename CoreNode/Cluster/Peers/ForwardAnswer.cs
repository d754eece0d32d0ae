using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Cluster.Peers;

/// <summary>What became of forwarded commands: refused, or in the leader's log one after the other.</summary>
/// <param name="From">The member that was asked.</param>
/// <param name="To">The follower.</param>
/// <param name="Batch">Which batch.</param>
/// <param name="Outcome">Only <see cref="ProposeOutcome.Accepted"/> put them into the log.</param>
/// <param name="First">Index of the first command.</param>
/// <param name="Term">Term of all of them; another term at their indexes means that they are lost.</param>
public sealed record ForwardAnswer(
    NodeId From, NodeId To, ulong Batch, ProposeOutcome Outcome, LogIndex First, Term Term) : PeerMessage(From, To);
