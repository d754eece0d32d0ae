namespace CoreNode.Updates.Desk;

/// <summary>What became of an order.</summary>
/// <param name="Status">How it stands since.</param>
/// <param name="Refusal">Why it is not done, in one line; empty: it is begun, or there was nothing to do.</param>
public sealed record UpdateOrderResult(UpdateStatusView Status, string Refusal = "");
