namespace CoreNode.RebootLock;

/// <summary>A release that went back on a machine after it had restarted for it under the lock.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Machine">Where it went back.</param>
/// <param name="At">When.</param>
/// <param name="Why">Why, for people.</param>
/// <param name="IsAllowed">True once an operator has let the other machines have it all the same.</param>
public sealed record FailedRelease(string Version, string Machine, DateTimeOffset At, string Why, bool IsAllowed);
