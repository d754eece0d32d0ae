namespace CoreNode.Units.Engine;

/// <summary>A unit that leaves a machine that is drained.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Since">When it was told to.</param>
public sealed record MovingUnit(string Unit, DateTimeOffset Since);
