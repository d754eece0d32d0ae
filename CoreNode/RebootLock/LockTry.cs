namespace CoreNode.RebootLock;

/// <summary>How an attempt ended.</summary>
/// <param name="Step">What it came to.</param>
/// <param name="Before">The semaphore that this was decided on.</param>
/// <param name="After">The semaphore as it is now.</param>
/// <param name="IsRace">Somebody else was faster once.</param>
internal sealed record LockTry(LockStep Step, StoredSemaphore Before, StoredSemaphore After, bool IsRace)
{
    /// <summary>The answer of the write was lost: there may be changes of others between the two.</summary>
    public bool IsUncertain { get; init; }
}
