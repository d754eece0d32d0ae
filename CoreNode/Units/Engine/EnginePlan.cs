namespace CoreNode.Units.Engine;

/// <summary>What is to be done.</summary>
public sealed record EnginePlan
{
    /// <summary>Writes in order; those of one <see cref="EngineStage"/> do not depend on each other.</summary>
    public required IReadOnlyList<EngineWrite> Writes { get; init; }

    /// <summary>To be handed to the next plan.</summary>
    public required EngineMemory Memory { get; init; }

    /// <summary>When to plan again though nothing changed; null: only after a change.</summary>
    public DateTimeOffset? LookAgain { get; init; }

    /// <summary>How many units stand how.</summary>
    public required EngineFigures Figures { get; init; }
}
