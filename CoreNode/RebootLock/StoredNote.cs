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
    /// <summary>When its holder was last heard of; null: never.</summary>
    public DateTimeOffset? Heard { get; init; }
}
