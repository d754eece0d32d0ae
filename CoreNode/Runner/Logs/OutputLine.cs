namespace CoreNode.Runner.Logs;

/// <summary>One line that a unit wrote.</summary>
/// <param name="Text">Without its end.</param>
/// <param name="Offset">Where the next one begins.</param>
internal sealed record OutputLine(string Text, long Offset);
