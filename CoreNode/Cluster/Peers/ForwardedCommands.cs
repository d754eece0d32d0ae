using CoreNode.Foundation;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// A follower hands its clients' writes to the leader. Answered once by <see cref="ForwardAnswer"/>, which comes before
/// the append that carries them.
/// </summary>
/// <param name="From">The follower.</param>
/// <param name="To">Who leads, as far as the follower knows.</param>
/// <param name="Batch">Number of this batch at the follower; 1, 2, 3 and so on.</param>
/// <param name="Commands">Encoded commands, in order; all are appended or none.</param>
public sealed record ForwardedCommands(
    NodeId From, NodeId To, ulong Batch, IReadOnlyList<ReadOnlyMemory<byte>> Commands) : PeerMessage(From, To);
