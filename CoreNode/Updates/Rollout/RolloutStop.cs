namespace CoreNode.Updates.Rollout;

/// <summary>A release was stopped.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Failed">Machines that had failed, those that rolled back included.</param>
/// <param name="Ended">Machines that had ended, well or not.</param>
public sealed record RolloutStop(DateTimeOffset At, string Reason, int Failed, int Ended);
