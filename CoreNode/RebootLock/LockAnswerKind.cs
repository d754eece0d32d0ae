namespace CoreNode.RebootLock;

/// <summary>What became of a wish for the lock.</summary>
public enum LockAnswerKind
{
    /// <summary>It is held: taken now, or held before.</summary>
    Granted,

    /// <summary>Others hold it, as many as may.</summary>
    Full,

    /// <summary>It was given back.</summary>
    Released,

    /// <summary>It was not held: nothing was changed.</summary>
    Absent,

    /// <summary>The maximum is as asked for.</summary>
    Changed,

    /// <summary>A rule refuses it: nothing was changed.</summary>
    Refused,

    /// <summary>What stands at the key is no semaphore: nothing was changed.</summary>
    Damaged,

    /// <summary>The store refuses it for who asks: nothing was changed.</summary>
    Denied,

    /// <summary>The store did not do it, or did not say so in time; asking again is safe.</summary>
    Unavailable,
}
