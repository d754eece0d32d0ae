using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>What one Ready wants on disk, and what may be sent once it is there.</summary>
internal sealed record MemberWrite(
    HardState? HardState,
    MemberSnapshot? Snapshot,
    RaftEntry[] Entries,
    RaftMessage[] MessagesAfterPersist);
