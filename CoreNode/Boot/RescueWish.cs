namespace CoreNode.Boot;

/// <summary>What somebody at the rescue console wants.</summary>
/// <param name="Kind">What.</param>
/// <param name="Slot">The slot that was named: its letter or label.</param>
internal sealed record RescueWish(RescueWishKind Kind, string? Slot);
