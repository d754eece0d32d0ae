namespace CoreNode.RebootLock;

/// <summary>What became of a wish for the lock.</summary>
/// <param name="Kind">What.</param>
/// <param name="Status">The lock after it; null where it is not known.</param>
/// <param name="Reason">Why not, for people; empty on success.</param>
public sealed record LockAnswer(LockAnswerKind Kind, LockStatus? Status, string Reason)
{
    /// <summary>The maximum before, where it was changed.</summary>
    public int OldMax { get; init; }
}
