using CoreNode.Raft;

namespace CoreNode.Tests.Raft;

/// <summary>A snapshot as the tests' state machine makes it: the commands applied so far.</summary>
internal sealed record MemberSnapshot(SnapshotMetadata Metadata, IReadOnlyList<string> Commands);
