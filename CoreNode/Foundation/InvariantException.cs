namespace CoreNode.Foundation;

/// <summary>A broken invariant. Nobody catches it to go on: the loop that sees it stops the process.</summary>
public sealed class InvariantException(string message) : Exception(message);
