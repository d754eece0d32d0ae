using CoreNode.Foundation;

namespace CoreNode.Cluster.Leases;

/// <summary>Who leads, as one member knew it at one moment.</summary>
/// <param name="Self">The member.</param>
/// <param name="Leader">The leader that it knows; none during an election.</param>
/// <param name="Term">Its term.</param>
/// <param name="Silence">
/// How long ago it last heard of a leader, itself while it led, or began to listen; never too long.
/// </param>
/// <param name="Voters">Who votes, as far as it knows.</param>
/// <param name="OutgoingVoters">While the membership changes: who voted before; both need a majority then.</param>
public sealed record LeaderStanding(
    NodeId Self, NodeId Leader, Term Term, TimeSpan Silence, IReadOnlyList<NodeId> Voters,
    IReadOnlyList<NodeId> OutgoingVoters);
