namespace CoreNode.Updates.Sharing;

/// <summary>What came of asking a keeper: bytes, or how it did and for how long that counts.</summary>
/// <param name="Data">The bytes; null: there are none.</param>
/// <param name="State">How it did.</param>
/// <param name="Rest">How long it is left alone.</param>
/// <param name="Problem">Why there are none.</param>
internal sealed record PeerOpening(PeerStream? Data, KeeperState State, TimeSpan Rest, string Problem);
