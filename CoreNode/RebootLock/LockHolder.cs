namespace CoreNode.RebootLock;

/// <summary>Who holds the lock, with what is noted about it.</summary>
/// <param name="Id">Its machine id as a rule.</param>
/// <param name="Since">Since when; null if nothing is noted: locksmithctl took it.</param>
/// <param name="Reason">Who took it and why; may be empty.</param>
/// <param name="ReleaseAt">From when on whoever waits may take the lock away from it; null: never.</param>
public sealed record LockHolder(string Id, DateTimeOffset? Since, string Reason, DateTimeOffset? ReleaseAt)
{
    /// <summary>
    /// When its node last said that it is up, by its own clock; null: it never does, or has not yet. A node says so
    /// every 10 s while it holds the lock.
    /// </summary>
    public DateTimeOffset? Heard { get; init; }
}
