using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>What the core must know of a snapshot; the data itself is streamed and stored by the caller.</summary>
/// <param name="Index">The last entry that the snapshot covers.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Configuration">The configuration in force at <paramref name="Index"/>.</param>
public sealed record SnapshotMetadata(LogIndex Index, Term Term, Configuration Configuration);
