using CoreNode.RebootLock.Model;

namespace CoreNode.RebootLock;

/// <summary>What is to be done with a semaphore that was read.</summary>
/// <param name="Kind">What it comes to.</param>
/// <param name="Next">What is to be written for that; null: nothing.</param>
internal sealed record LockStep(LockAnswerKind Kind, SemaphoreValue? Next)
{
    /// <summary>Why, for people.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whose time is over: they are taken out.</summary>
    public IReadOnlyList<StoredNote> Overdue { get; init; } = [];
}
