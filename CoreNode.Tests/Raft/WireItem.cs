using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>A message on its way, with the snapshot that it announces.</summary>
internal sealed record WireItem(RaftMessage Message, MemberSnapshot? Snapshot = null);
