using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>A unit that was submitted, with what is wanted of it and where it is. Immutable.</summary>
public sealed record Job
{
    /// <summary>Its name.</summary>
    public required UnitName Name { get; init; }

    /// <summary>Hash of its text; empty while its object is missing.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Its text; null while that is missing or damaged: then it cannot be placed.</summary>
    public UnitFile? File { get; init; }

    /// <summary>What its text asks for; nothing while the text is missing.</summary>
    public UnitRequirements Requirements { get; init; } = UnitRequirements.None;

    /// <summary>What the user wants; inactive while nothing was said.</summary>
    public DesiredState Desired { get; init; }

    /// <summary>Index of the last change of <see cref="Desired"/>; zero while nothing was said.</summary>
    public StoreIndex DesiredIndex { get; init; }

    /// <summary>Machine that the engine gave it to; empty: none. Never set for global units.</summary>
    public string Target { get; init; } = "";

    /// <summary>Index of the last change of <see cref="Target"/>; zero without one.</summary>
    public StoreIndex TargetIndex { get; init; }

    /// <summary>Machine whose agent started and tends it; empty: none.</summary>
    public string JobState { get; init; } = "";

    /// <summary>How often people asked for a restart.</summary>
    public ulong Restart { get; init; }

    /// <summary>Why it is not where it should be, by the engine; null if it has nothing to say.</summary>
    public JobNotice? Notice { get; init; }

    /// <summary>Why new content goes no further to its replicas; null: it goes on.</summary>
    public JobRollout? Rollout { get; init; }

    /// <summary>Index of the last change of <see cref="Rollout"/>; zero without one.</summary>
    public StoreIndex RolloutIndex { get; init; }

    /// <summary>Index of the write that made it; zero while its object is missing.</summary>
    public StoreIndex CreatedIndex { get; init; }

    /// <summary>Index of the last change of its object: a new text.</summary>
    public StoreIndex ObjectIndex { get; init; }

    /// <summary>True for a template that asks for a number of instances (Replicas=).</summary>
    public bool HasReplicas => Name.IsTemplate && Requirements.Replicas > 0;

    /// <summary>The engine made it, or keeps it: one of its template's Replicas=.</summary>
    public bool IsReplica { get; init; }

    internal bool IsSubmitted => CreatedIndex != StoreIndex.Zero;

    internal bool IsEmpty =>
        !IsSubmitted && Target.Length == 0 && JobState.Length == 0 && Restart == 0 && Notice is null
        && Rollout is null && DesiredIndex == StoreIndex.Zero;
}
