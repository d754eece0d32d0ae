using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>A machine at the simulated server: one object, so that looking at all of them is a walk.</summary>
internal sealed class FleetEntry
{
    /// <summary>What is durable of it.</summary>
    public required RolloutMachine Machine { get; set; }

    /// <summary>The group that it counts to.</summary>
    public required int Group { get; set; }

    /// <summary>By the server's clock.</summary>
    public required long LastSeen { get; set; }

    /// <summary>The checker's own book: when it was last granted something, by the server's clock.</summary>
    public long? Granted { get; set; }
}
