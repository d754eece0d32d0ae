namespace CoreNode.Api.FleetLock;

/// <summary>
/// How a request of FleetLock ends. Each is a word of its answer and of the figures, so there are few of them, and none
/// depends on what a client sends.
/// </summary>
internal enum FleetLockKind
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is nothing at that path.</summary>
    UnknownEndpoint,

    /// <summary>Not a POST.</summary>
    MethodNotAllowed,

    /// <summary>No fleet-lock-protocol: true.</summary>
    MissingHeader,

    /// <summary>The token is missing or wrong.</summary>
    Unauthorized,

    /// <summary>The body is too long.</summary>
    BodyTooLarge,

    /// <summary>The body is not what the protocol says.</summary>
    InvalidBody,

    /// <summary>The id is missing or cannot be one.</summary>
    InvalidClientIdentity,

    /// <summary>The group is missing or cannot be one.</summary>
    InvalidGroup,

    /// <summary>Others hold the lock.</summary>
    SemaphoreFull,

    /// <summary>What stands in the store is no lock.</summary>
    DamagedLock,

    /// <summary>The store does not do it now.</summary>
    FailedLock,

    /// <summary>The machine's units have not left it, or cannot; the lock is held where the drain has begun.</summary>
    FailedDrain,

    /// <summary>The machine could not be taken back into use; it holds the lock still.</summary>
    FailedUncordon,

    /// <summary>The node has too much to do.</summary>
    Overloaded,
}
