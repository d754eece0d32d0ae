namespace CoreNode.Updates.Rollout;

/// <summary>From a time on so much of the group may update.</summary>
/// <param name="Percent">Of all machines of the group, with those of the waves before; above 0, at most 100.</param>
/// <param name="After">Since the release's start; the time that it was paused or stopped is not counted.</param>
public sealed record RolloutWave(double Percent, TimeSpan After);
