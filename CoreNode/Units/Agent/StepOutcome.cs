using CoreNode.Foundation;
using CoreNode.Units.Manager;

namespace CoreNode.Units.Agent;

/// <summary>How a step ended, and what it brought.</summary>
/// <param name="Step">The step.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Reason">Why not, for people; empty when done.</param>
public sealed record StepOutcome(AgentStep Step, StepResult Result, string Reason)
{
    /// <summary>The text that was fetched.</summary>
    public AgentText? Text { get; init; }

    /// <summary>How starting or stopping ended; null if the manager did not say.</summary>
    public JobResult? Job { get; init; }

    /// <summary>The store's index that was asked for.</summary>
    public StoreIndex Index { get; init; }

    /// <summary>The store or the unit manager was away: nothing is wrong with the unit.</summary>
    public bool IsAway { get; init; }
}
