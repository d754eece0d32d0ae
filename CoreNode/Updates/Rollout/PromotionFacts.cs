namespace CoreNode.Updates.Rollout;

/// <summary>How one group of the first channel stands with the release.</summary>
/// <param name="StartedAt">When it got it.</param>
/// <param name="Standing">What became of it so far.</param>
/// <param name="Counts">Its machines.</param>
public sealed record PromotionFacts(DateTimeOffset StartedAt, RolloutStanding Standing, RolloutCounts Counts);
