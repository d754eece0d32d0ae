namespace CoreNode.Cli.UpdateServer;

/// <summary>A command that cannot go on, with what the user is told. Ends the command only.</summary>
/// <param name="exitCode">How it ends.</param>
/// <param name="lines">What happened, and what to do.</param>
internal sealed class ServerFailure(int exitCode, params string[] lines) : Exception(string.Join("; ", lines))
{
    /// <summary>How the command ends.</summary>
    public int ExitCode => exitCode;

    /// <summary>What the user is told.</summary>
    public IReadOnlyList<string> Lines => lines;
}
