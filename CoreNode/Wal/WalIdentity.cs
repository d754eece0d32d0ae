using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>Whose log it is. It enters every checksum, so that another node's file is never taken for ours.</summary>
public readonly record struct WalIdentity(ulong ClusterId, NodeId Node);
