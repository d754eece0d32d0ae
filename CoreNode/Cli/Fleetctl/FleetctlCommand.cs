using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Fleetctl;

/// <summary>A command of fleetctl.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Usage">How its arguments are shown in help.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="RunAsync">Runs it and gives the exit code.</param>
internal sealed record FleetctlCommand(
    string Name,
    string Summary,
    string Usage,
    IReadOnlyList<GoFlag> Flags,
    Func<FleetctlSession, GoFlagSet, Task<int>> RunAsync);
