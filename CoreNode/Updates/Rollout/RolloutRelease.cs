namespace CoreNode.Updates.Rollout;

/// <summary>What a group, or a machine that is pinned, is to run.</summary>
public sealed record RolloutRelease
{
    /// <summary>
    /// Tells one rollout from another: another one, also of the same version, gives other waves and starts all counts
    /// anew.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The version to end at.</summary>
    public required RolloutStep Target { get; init; }

    /// <summary>Versions that machines below them go through, the oldest first, all below the target.</summary>
    public IReadOnlyList<RolloutStep> Floors { get; init; } = [];

    /// <summary>When the group got it; the waves count from here.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The version to end at.</summary>
    public string Version => Target.Version;
}
