using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>How a group's rollout stands. Immutable.</summary>
public sealed record GroupStanding
{
    /// <summary>Id of the group.</summary>
    public required string Group { get; init; }

    /// <summary>Id of the package that its channel leads to; null for none.</summary>
    public long? Package { get; init; }

    /// <summary>Its version; empty for none.</summary>
    public string Version { get; init; } = "";

    /// <summary>Counters of the rollout; null before one.</summary>
    public RolloutTally? Tally { get; init; }

    /// <summary>Machines of the group in all.</summary>
    public int Machines { get; init; }

    /// <summary>Of them by state: index is the number of <see cref="InstanceState"/>.</summary>
    public IReadOnlyList<int> ByState { get; init; } = [];

    /// <summary>Of them by version, most first.</summary>
    public IReadOnlyList<VersionCount> ByVersion { get; init; } = [];
}
