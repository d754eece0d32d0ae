using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// The leader's answer to <see cref="ForwardedMemberChange"/>, once the change is committed or refused.
/// </summary>
/// <param name="From">The leader.</param>
/// <param name="To">The member that asked.</param>
/// <param name="Number">Which request.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="AppliedIndex">Once the asker has applied this index, it shows the change too.</param>
public sealed record MemberChangeAnswer(
    NodeId From, NodeId To, ulong Number, MemberChangeOutcome Outcome, LogIndex AppliedIndex) : PeerMessage(From, To);
