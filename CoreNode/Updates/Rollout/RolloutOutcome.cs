namespace CoreNode.Updates.Rollout;

/// <summary>How a machine ended with the release that it was granted.</summary>
public enum RolloutOutcome
{
    /// <summary>It has not.</summary>
    None = 0,

    /// <summary>It runs the release's version.</summary>
    Succeeded = 1,

    /// <summary>It failed, and has not succeeded since.</summary>
    Failed = 2,

    /// <summary>It went back from it.</summary>
    RolledBack = 3,
}
