namespace CoreNode.Cli.Etcdctl;

/// <summary>A command of etcdctl's v2 set.</summary>
/// <param name="Name">How it is called; "member list" for one in a group.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Arguments">How its arguments are shown in help.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="RunAsync">Runs it and gives the exit code.</param>
internal sealed record EtcdctlCommand(
    string Name,
    string Summary,
    string Arguments,
    IReadOnlyList<GoFlag> Flags,
    Func<EtcdctlSession, GoFlagSet, Task<int>> RunAsync)
{
    /// <summary>True if it takes another program's command line after "--".</summary>
    public bool KeepsSeparator { get; init; }

    /// <summary>True if it only says why it is not there: help leaves it out.</summary>
    public bool IsRefused { get; init; }
}
