namespace CoreNode.Units.Engine;

/// <summary>A unit that could not leave a machine that is drained.</summary>
/// <param name="Until">When it is tried again.</param>
/// <param name="Reason">Why no other machine could take it.</param>
public sealed record StuckUnit(DateTimeOffset Until, string Reason);
