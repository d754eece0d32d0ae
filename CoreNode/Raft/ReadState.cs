using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// The answer to a linearizable read (thesis §6.4): once the state machine has applied <paramref name="Index"/>, it
/// shows everything that was acknowledged before the read was asked for.
/// </summary>
/// <param name="Context">What the caller passed to <see cref="RaftNode.RequestRead"/>.</param>
/// <param name="Index">Serve the read once this is applied.</param>
public readonly record struct ReadState(ulong Context, LogIndex Index);
