namespace CoreNode.Units.Engine;

/// <summary>What a decision means, for the log and the figures.</summary>
/// <param name="Kind">What.</param>
/// <param name="Unit">Of which unit; empty if of none.</param>
/// <param name="Machine">On which machine; empty if on none.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record EngineEvent(EngineEventKind Kind, string Unit, string Machine, string Reason);
