using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>Whose log it is. It enters every checksum, so that a file of another node is never taken for ours.</summary>
public readonly record struct WalIdentity(ulong ClusterId, NodeId Node);
