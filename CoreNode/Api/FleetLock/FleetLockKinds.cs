namespace CoreNode.Api.FleetLock;

/// <summary>Words and statuses of <see cref="FleetLockKind"/> (docs/reboot-lock.md). Pure.</summary>
internal static class FleetLockKinds
{
    /// <summary>The word in answers and figures.</summary>
    public static string Name(FleetLockKind kind) => kind switch
    {
        FleetLockKind.Done => "done",
        FleetLockKind.UnknownEndpoint => "unknown_endpoint",
        FleetLockKind.MethodNotAllowed => "method_not_allowed",
        FleetLockKind.MissingHeader => "missing_header",
        FleetLockKind.Unauthorized => "unauthorized",
        FleetLockKind.BodyTooLarge => "body_too_large",
        FleetLockKind.InvalidBody => "invalid_body",
        FleetLockKind.InvalidClientIdentity => "invalid_client_identity",
        FleetLockKind.InvalidGroup => "invalid_group",
        FleetLockKind.SemaphoreFull => "failed_lock_semaphore_full",
        FleetLockKind.DamagedLock => "damaged_lock",
        FleetLockKind.FailedLock => "failed_lock",
        FleetLockKind.FailedDrain => "failed_drain",
        FleetLockKind.FailedUncordon => "failed_uncordon",
        FleetLockKind.Overloaded => "overloaded",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };

    /// <summary>The HTTP status.</summary>
    public static int Status(FleetLockKind kind) => kind switch
    {
        FleetLockKind.Done => 200,
        FleetLockKind.UnknownEndpoint => 404,
        FleetLockKind.MethodNotAllowed => 405,
        FleetLockKind.Unauthorized => 401,
        FleetLockKind.BodyTooLarge => 413,
        FleetLockKind.SemaphoreFull => 423,
        FleetLockKind.DamagedLock => 500,
        FleetLockKind.FailedLock or FleetLockKind.FailedDrain or FleetLockKind.FailedUncordon
            or FleetLockKind.Overloaded => 503,
        _ => 400,
    };
}
