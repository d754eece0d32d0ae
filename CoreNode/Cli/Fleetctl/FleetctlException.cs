namespace CoreNode.Cli.Fleetctl;

/// <summary>Ends a command with a text on standard error and an exit code.</summary>
internal sealed class FleetctlException(int exitCode, string text) : Exception(text)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
