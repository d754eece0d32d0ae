namespace CoreNode.RebootLock;

/// <summary>What became of one compare-and-swap.</summary>
/// <param name="Written">What stands there now; null if it was not written, or nobody knows.</param>
/// <param name="IsUnknown">It may be written, or still come to be: a look will tell.</param>
internal sealed record Swap(StoredSemaphore? Written, bool IsUnknown)
{
    /// <summary>Somebody else was faster.</summary>
    public static readonly Swap Lost = new(null, false);

    /// <summary>Nobody knows.</summary>
    public static readonly Swap Unknown = new(null, true);
}
