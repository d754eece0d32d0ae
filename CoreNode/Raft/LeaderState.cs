using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>Who leads, as this member sees it; volatile, for waiters and for people.</summary>
/// <param name="Leader">The leader of <paramref name="Term"/>, or nobody if it is not known.</param>
/// <param name="Role">This member's role.</param>
/// <param name="Term">This member's term.</param>
public readonly record struct LeaderState(NodeId Leader, RaftRole Role, Term Term);
