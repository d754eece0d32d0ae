using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>
/// What a member must find again after a crash besides its log (Raft figure 2, "persistent state"). Term and vote have
/// to be durable before anything that depends on them leaves the node; the commit index only saves work after a
/// restart and never points beyond the durable log.
/// </summary>
/// <param name="Term">Latest term seen.</param>
/// <param name="Vote">Whom this member voted for in <paramref name="Term"/>, or nobody.</param>
/// <param name="Commit">Highest index known to be committed and durable here.</param>
public readonly record struct HardState(Term Term, NodeId Vote, LogIndex Commit);
