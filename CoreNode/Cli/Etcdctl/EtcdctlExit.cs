namespace CoreNode.Cli.Etcdctl;

/// <summary>etcdctl's exit codes.</summary>
internal static class EtcdctlExit
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Bad arguments, and failures that have no code of their own.</summary>
    public const int BadArguments = 1;

    /// <summary>No connection while the list of members was fetched.</summary>
    public const int BadConnection = 2;

    /// <summary>No such command.</summary>
    public const int NoCommand = 3;

    /// <summary>The request failed: refused by the store, or no member answered.</summary>
    public const int ServerError = 4;

    /// <summary>cluster-health: no member is healthy.</summary>
    public const int NotHealthy = 5;
}
