namespace CoreNode.Updates.Rollout;

/// <summary>What came of an event, a check or a grant.</summary>
/// <param name="Machine">What is known of the machine from now on; the same instance if nothing changed.</param>
public sealed record RolloutChange(RolloutMachine Machine)
{
    /// <summary>The group's standing, if it changed: to be kept durably with the machine.</summary>
    public RolloutStanding? Standing { get; init; }

    /// <summary>This stopped the release.</summary>
    public bool IsStopped { get; init; }

    /// <summary>The first machine runs it: the others may.</summary>
    public bool IsFirstPassed { get; init; }

    /// <summary>Told by a machine that was not granted the release, or told before: not counted.</summary>
    public bool IsIgnored { get; init; }
}
