namespace CoreNode.Cli.Units;

/// <summary>How far a unit is.</summary>
/// <param name="Stage">In one word.</param>
/// <param name="Text">For people, to follow its name.</param>
internal sealed record UnitProgress(UnitStage Stage, string Text);
