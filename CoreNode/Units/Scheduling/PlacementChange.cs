namespace CoreNode.Units.Scheduling;

/// <summary>One decision: a unit is to be on another machine than before.</summary>
/// <param name="Unit">Full name.</param>
/// <param name="From">Id of the machine that it leaves, there or not; null: it was on none.</param>
/// <param name="To">Id of the machine that it is placed on; null: it can be placed nowhere, or is not wanted.</param>
/// <remarks>Of global units each change is about one machine.</remarks>
public sealed record PlacementChange(string Unit, string? From, string? To);
