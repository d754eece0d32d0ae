namespace CoreNode.Units.Engine;

/// <summary>A unit that was told to leave a machine that is drained.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Since">When it was told to.</param>
public sealed record MovingUnit(string Machine, DateTimeOffset Since);
