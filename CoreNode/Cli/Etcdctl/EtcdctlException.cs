namespace CoreNode.Cli.Etcdctl;

/// <summary>Ends a command with a text on standard error, as it is, and an exit code.</summary>
internal sealed class EtcdctlException(int exitCode, string text) : Exception(text)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>An error in etcdctl's usual form.</summary>
    public static EtcdctlException Error(int exitCode, string message) => new(exitCode, $"Error:  {message}");
}
