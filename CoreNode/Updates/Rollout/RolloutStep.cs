namespace CoreNode.Updates.Rollout;

/// <summary>One version on the way of a machine: a floor, which must not be left out, or the target.</summary>
/// <param name="Version">What is installed.</param>
/// <param name="PackageId">Of the catalogue; carried, not looked at.</param>
/// <param name="IsFloor">False for the target.</param>
/// <param name="Reason">Why a floor must not be left out; null if nobody said.</param>
public sealed record RolloutStep(string Version, string PackageId, bool IsFloor = false, string? Reason = null);
