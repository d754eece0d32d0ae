namespace CoreNode.Updates.Rollout;

/// <summary>May that machine take that step now?</summary>
/// <param name="IsSameStep">It was granted the same step of the same release before.</param>
/// <param name="IsOnDemand">A person at the machine asks.</param>
internal readonly record struct RolloutQuestion(
    RolloutMachine Machine, RolloutRelease Release, bool IsSameStep, bool IsOnDemand);
