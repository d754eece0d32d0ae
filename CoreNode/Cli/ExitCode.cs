namespace CoreNode.Cli;

/// <summary>Exit codes of every command but those with a predecessor's own (etcdctl). Scripts rely on them.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The operation failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage.</summary>
    public const int Usage = 2;

    /// <summary>No node could be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>What was asked for does not exist.</summary>
    public const int NotFound = 4;
}
