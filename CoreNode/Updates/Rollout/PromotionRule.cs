namespace CoreNode.Updates.Rollout;

/// <summary>When a release may go from one channel to the next.</summary>
/// <param name="Soak">How long it must have been in the first, pauses and stops not counted.</param>
/// <param name="MaxErrorShare">Most failures, as a share of the machines that ended with it.</param>
/// <param name="MinSucceeded">Fewest machines that run it.</param>
/// <param name="IsAutomatic">It goes by itself once it may; else it may be sent by hand.</param>
public sealed record PromotionRule(
    TimeSpan Soak, double MaxErrorShare, int MinSucceeded = 1, bool IsAutomatic = false);
