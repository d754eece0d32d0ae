namespace CoreNode.Overlay.Desk;

/// <summary>What became of a configuration.</summary>
/// <param name="Kind">Stored, or why not.</param>
/// <param name="Problems">What is wrong, the field first; empty where it is stored.</param>
/// <param name="Effects">What changes for those who have leases.</param>
public sealed record OverlayWishResult(
    OverlayWishKind Kind, IReadOnlyList<string> Problems, IReadOnlyList<string> Effects);
