namespace CoreNode.Cli;

/// <summary>ssh gave no tunnel; the message says what to try.</summary>
internal sealed class TunnelException(string message) : Exception(message);
