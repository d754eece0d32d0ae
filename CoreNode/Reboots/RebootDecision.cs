namespace CoreNode.Reboots;

/// <summary>What follows from a fact.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Step">What is done.</param>
/// <param name="Due">
/// When <see cref="RebootFact.TimePassed"/> is to be told at the latest, by the uptime; null: never.
/// </param>
/// <param name="Reason">Why it stands like that: one line for people, without a full stop.</param>
public sealed record RebootDecision(RebootState State, RebootStep Step, TimeSpan? Due, string Reason)
{
    /// <summary>The rules that counted: the settings, with what people set.</summary>
    public required RebootSettings Rules { get; init; }

    /// <summary>When something changes by time alone, by the wall clock; null: never.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>True if the state must be durable on disk before the step is begun.</summary>
    public bool IsSaveNeeded { get; init; }

    /// <summary>Why what a person asked for is not done; empty: it is.</summary>
    public string Refusal { get; init; } = "";
}
