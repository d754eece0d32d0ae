namespace CoreNode.Updates.Rollout;

/// <summary>What a machine tells of the update that it was granted.</summary>
/// <param name="Kind">What.</param>
/// <param name="ErrorCode">Of a failure, without flags; else 0.</param>
public readonly record struct RolloutEvent(RolloutEventKind Kind, uint ErrorCode = 0);
