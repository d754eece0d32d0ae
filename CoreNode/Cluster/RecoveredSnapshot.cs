using CoreNode.Foundation;
using CoreNode.Kv;

namespace CoreNode.Cluster;

/// <summary>
/// A snapshot read back: the key space, where it stands in the log, and the Raft configuration of then.
/// </summary>
internal sealed record RecoveredSnapshot(
    KeyStateMachine Keys, LogIndex Index, Term Term, ReadOnlyMemory<byte> Configuration);
