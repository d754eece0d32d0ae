namespace CoreNode.Units.Model;

/// <summary>What is wrong with a unit file, and where.</summary>
/// <param name="Line">1-based line of the text; 0 where it is about the file as a whole.</param>
/// <param name="Message">What is wrong and what to do, one line.</param>
/// <param name="IsError">False: odd, but taken (an unknown key).</param>
public sealed record UnitProblem(int Line, string Message, bool IsError);
