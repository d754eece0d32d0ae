using CoreNode.Foundation;

namespace CoreNode.RebootLock;

/// <summary>A note as it was read.</summary>
/// <param name="Holder">Whom it is about.</param>
/// <param name="Note">What it says.</param>
/// <param name="Key">Where it stands.</param>
/// <param name="Modified">Index of its last change.</param>
/// <param name="Hold">Index of the semaphore that it was last written for; zero where its time has no end.</param>
internal sealed record StoredNote(string Holder, HolderNote Note, string Key, StoreIndex Modified, StoreIndex Hold)
{
    /// <summary>
    /// From when on the lock may be taken from it, as long as nothing but what renews its note has changed the
    /// semaphore: otherwise it may be of an earlier hold, and the lock is given back by hand.
    /// </summary>
    public DateTimeOffset? EndIn(StoredSemaphore semaphore) => Hold == semaphore.Modified ? Note.ReleaseAt : null;
}
