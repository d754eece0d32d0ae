using CoreNode.Foundation;
using CoreNode.RebootLock.Model;

namespace CoreNode.RebootLock;

/// <summary>A semaphore as it was read.</summary>
/// <param name="Value">Its value; the initial one where there is none yet.</param>
/// <param name="Modified">Index of its last change, which a swap compares; zero where there is none yet.</param>
/// <param name="Seen">The store's index when it was read: a watch goes on after it.</param>
internal sealed record StoredSemaphore(SemaphoreValue Value, StoreIndex Modified, StoreIndex Seen);
