namespace CoreNode.Platform.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Status">Exit code, or the signal's number; 0 if it is not known.</param>
public sealed record ProcessEnd(ProcessEndKind Kind, int Status);
