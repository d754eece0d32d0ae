namespace CoreNode.Cli.UpdateServer;

/// <summary>A command that cannot go on, with what the user is told. Ends the command only.</summary>
/// <param name="exitCode">How it ends.</param>
/// <param name="lines">What happened, and what to do.</param>
internal sealed class ServerFailure(int exitCode, params string[] lines) : Exception(string.Join("; ", lines))
{
    /// <summary>Tells the user, and gives the exit code.</summary>
    public int TellIn(CliSession session) => session.Fail(exitCode, lines);
}
