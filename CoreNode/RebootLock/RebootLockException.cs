namespace CoreNode.RebootLock;

/// <summary>
/// The lock cannot be used: the store does not answer or refuses, or what stands there is no semaphore.
/// </summary>
public sealed class RebootLockException(LockAnswerKind kind, string message) : Exception(message)
{
    /// <summary>
    /// <see cref="LockAnswerKind.Damaged"/>, <see cref="LockAnswerKind.Denied"/>,
    /// <see cref="LockAnswerKind.Refused"/> or <see cref="LockAnswerKind.Unavailable"/>.
    /// </summary>
    public LockAnswerKind Kind { get; } = kind;
}
