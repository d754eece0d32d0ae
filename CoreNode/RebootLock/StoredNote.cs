using CoreNode.Foundation;

namespace CoreNode.RebootLock;

/// <summary>A note as it was read.</summary>
/// <param name="Holder">Whom it is about.</param>
/// <param name="Note">What it says.</param>
/// <param name="Key">Where it stands.</param>
/// <param name="Modified">Index of its last change.</param>
internal sealed record StoredNote(string Holder, HolderNote Note, string Key, StoreIndex Modified);
