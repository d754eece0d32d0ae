namespace CoreNode.Units.Drains;

/// <summary>How far a drain is.</summary>
/// <param name="Left">Units that are still on the machine, in order of their names; without global ones.</param>
public sealed record DrainProgress(IReadOnlyList<StayingUnit> Left);
