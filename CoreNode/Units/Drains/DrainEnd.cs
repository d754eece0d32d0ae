namespace CoreNode.Units.Drains;

/// <summary>How a drain ended.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Left">Units that are still on the machine, in order of their names; without global ones.</param>
public sealed record DrainEnd(DrainEndKind Kind, IReadOnlyList<StayingUnit> Left);
