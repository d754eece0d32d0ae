using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>Everything that a plan depends on, besides the engine's memory. Immutable.</summary>
public sealed record EngineFacts
{
    /// <summary>What stands in the store; at least everything that this term wrote itself.</summary>
    public required RegistryState Registry { get; init; }

    /// <summary>
    /// Machines of <see cref="EnginePlanner.MachinesOf"/> that hold no lease. All others may run what they have.
    /// </summary>
    public required IReadOnlySet<string> Lost { get; init; }

    /// <summary>Now: it never goes back within one term.</summary>
    public required DateTimeOffset Now { get; init; }
}
