using CoreNode.Units.Model;

namespace CoreNode.Api.Client.Units;

/// <summary>A unit as /corenode/v1/units shows it.</summary>
public sealed record ListedUnit
{
    /// <summary>Full name.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of its text.</summary>
    public string Hash { get; init; } = "";

    /// <summary>inactive, loaded or launched.</summary>
    public string DesiredState { get; init; } = "";

    /// <summary>The same, as it is now.</summary>
    public string CurrentState { get; init; } = "";

    /// <summary>On every machine that will do.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>Never two copies.</summary>
    public bool IsSingleton { get; init; }

    /// <summary>Instances of a template; 0 if not asked for.</summary>
    public int Replicas { get; init; }

    /// <summary>Of a template: new content reaches its replicas by their health.</summary>
    public bool IsRolling { get; init; }

    /// <summary>Of a template: how many replicas do not have its content yet.</summary>
    public int OutdatedReplicas { get; init; }

    /// <summary>Of a template: paused or stopped; empty if new content goes on to its replicas.</summary>
    public string Rollout { get; init; } = "";

    /// <summary>Why it was paused or stopped.</summary>
    public string RolloutReason { get; init; } = "";

    /// <summary>Machine that it was given to; empty if none.</summary>
    public string Target { get; init; } = "";

    /// <summary>Why it is not where it should be; empty if it is.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Of a machine that is drained: nobody waits for it, it cannot leave or has not in its time.</summary>
    public bool IsStaying { get; init; }

    /// <summary>What it says of itself.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where it is, and how it stands there.</summary>
    public IReadOnlyList<UnitPlace> Machines { get; init; } = [];

    /// <summary>Its text; empty in lists.</summary>
    public IReadOnlyList<UnitOption> Options { get; init; } = [];

    /// <summary>As the node wrote it.</summary>
    public string Json { get; init; } = "";
}
