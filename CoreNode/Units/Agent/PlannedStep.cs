namespace CoreNode.Units.Agent;

/// <summary>What to do with a unit now, and when to look at it again if nothing happens before.</summary>
/// <param name="Kind">The step; null: none now.</param>
/// <param name="WakeAt">When to look again; null: when something happens.</param>
/// <param name="IsStopWanted">It is to go down: its announced keys go before it does.</param>
public readonly record struct PlannedStep(StepKind? Kind, TimeSpan? WakeAt, bool IsStopWanted)
{
    /// <summary>Nothing to do.</summary>
    public static readonly PlannedStep Nothing;
}
