namespace CoreNode.Units.Drains;

/// <summary>A unit that is still on a machine that is drained.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Reason">What it waits for, or why it cannot leave: one line for people.</param>
/// <param name="IsPassedOver">Nobody waits for it any longer: it cannot leave, or its deadline is over.</param>
public sealed record StayingUnit(string Unit, string Reason, bool IsPassedOver);
