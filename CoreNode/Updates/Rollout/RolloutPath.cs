namespace CoreNode.Updates.Rollout;

/// <summary>How a version stands to a release.</summary>
/// <param name="Order">Below 0 if it is older than the target, above 0 if it is newer, 0 if they rank the same.</param>
/// <param name="Steps">What leads from it to the target; none if it is the target's or newer.</param>
internal sealed record RolloutPath(int Order, IReadOnlyList<RolloutStep> Steps);
