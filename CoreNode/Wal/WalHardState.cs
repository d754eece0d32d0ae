using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>
/// What Raft must remember besides entries (Raft figure 2; the commit index only saves time at a start).
/// </summary>
public readonly record struct WalHardState(Term Term, NodeId Vote, LogIndex Commit);
