using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>
/// Whose log it is. It enters every checksum, so that another node's file is never taken for one's own.
/// </summary>
public readonly record struct WalIdentity(ulong ClusterId, NodeId Node);
