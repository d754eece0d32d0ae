namespace CoreNode.Updates.Rollout;

/// <summary>What a machine says when it asks for an update.</summary>
public sealed record RolloutAsk
{
    /// <summary>The version that it runs.</summary>
    public required string Version { get; init; }

    /// <summary>A person at the machine wants it: waves and windows are passed, limits and stops are not.</summary>
    public bool IsOnDemand { get; init; }

    /// <summary>It takes several steps in one answer; else it gets the first one.</summary>
    public bool TakesSteps { get; init; }

    /// <summary>Only a version that begins so (old clients); null for any.</summary>
    public string? VersionPrefix { get; init; }
}
