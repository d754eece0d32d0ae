namespace CoreNode.Units.Agent;

/// <summary>What <see cref="AgentCore.Plan"/> hands out, to be obeyed in this order.</summary>
/// <param name="Notes">Units whose notes have changed: to be kept before a step is begun.</param>
/// <param name="Steps">To be begun, none waiting for another.</param>
/// <param name="WakeAt">When to plan again if nothing happens before; null: only then.</param>
public sealed record AgentReady(
    IReadOnlyList<UnitFacts> Notes, IReadOnlyList<AgentStep> Steps, TimeSpan? WakeAt);
