using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>An answer of the store: a read, or a change as told to its writer and to watchers.</summary>
/// <param name="Action">What happened.</param>
/// <param name="Node">The key after it.</param>
/// <param name="Previous">The key before it; null where there was none, and for reads.</param>
/// <param name="Index">The store's index when it answered (X-Etcd-Index); a watch may go on from the next one.</param>
public sealed record KvChange(KeyAction Action, KvNode Node, KvNode? Previous, StoreIndex Index);
