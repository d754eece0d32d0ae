using CoreNode.Units.Manager;

namespace CoreNode.Runner.Guard;

/// <summary>One unit that a guard holds.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Processes">How its processes are found.</param>
internal sealed record GuardedUnit(string Name, UnitProcesses Processes);
