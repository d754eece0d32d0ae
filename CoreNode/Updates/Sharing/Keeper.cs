using CoreNode.Foundation;

namespace CoreNode.Updates.Sharing;

/// <summary>A node that keeps a payload for others, as it stands in the store. Immutable.</summary>
/// <param name="Slot">Its place among the keepers of that payload.</param>
/// <param name="Machine">The machine's id.</param>
/// <param name="PeerUrls">Where it is asked.</param>
/// <param name="Base">The first byte that it keeps.</param>
/// <param name="Since">
/// When it became one: keepers fetch from older ones only, so that they never wait in a circle.
/// </param>
/// <param name="Changed">When its key was last written: who removes one that is not there compares it.</param>
public sealed record Keeper(
    int Slot, string Machine, IReadOnlyList<string> PeerUrls, long Base, StoreIndex Since, StoreIndex Changed);
