namespace CoreNode.RebootLock;

/// <summary>What is noted beside the semaphore about a holder.</summary>
/// <param name="Since">When it took the lock.</param>
/// <param name="Reason">Who took it and why, for people; may be empty.</param>
/// <param name="ReleaseAt">From when on whoever waits may take the lock away from it; null: never.</param>
public sealed record HolderNote(DateTimeOffset Since, string Reason, DateTimeOffset? ReleaseAt);
