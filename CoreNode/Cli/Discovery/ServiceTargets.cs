namespace CoreNode.Cli.Discovery;

/// <summary>What SRV records say: who serves that name, in the order of trying; else why nobody is known.</summary>
/// <param name="Targets">HOST:PORT.</param>
/// <param name="Problem">Set if there are none.</param>
public sealed record ServiceTargets(IReadOnlyList<string> Targets, string? Problem);
