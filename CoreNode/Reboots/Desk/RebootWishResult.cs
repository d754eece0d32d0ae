namespace CoreNode.Reboots.Desk;

/// <summary>What became of an order.</summary>
/// <param name="Status">The status after it.</param>
/// <param name="Refusal">Why it is not done; empty: it is begun.</param>
public sealed record RebootWishResult(RebootStatusView Status, string Refusal);
