namespace CoreNode.Updates.Lifecycle;

/// <summary>What follows from a fact.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Step">What the client does.</param>
/// <param name="Due">
/// When <see cref="UpdateFact.TimePassed"/> is to be told at the latest, by the uptime; null: never.
/// </param>
/// <param name="Reason">Why that step, why then: one line for people, without a full stop.</param>
public sealed record UpdateDecision(UpdateState State, UpdateStep Step, TimeSpan? Due, string Reason)
{
    /// <summary>True if the state must be durable on disk before the step is begun.</summary>
    public bool IsSaveNeeded { get; init; }

    /// <summary>True if those who watch (D-Bus, command line) are to be told the status.</summary>
    public bool IsStatusChanged { get; init; }

    /// <summary>Why what the operator asked for is not done; empty: it is.</summary>
    public string Refusal { get; init; } = "";
}
