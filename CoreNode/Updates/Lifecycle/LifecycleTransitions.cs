namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// The arrows of the diagram in docs/updates-lifecycle.md. A test compares the two; every turn of the lifecycle checks
/// that it follows one.
/// </summary>
public static class LifecycleTransitions
{
    /// <summary>Every arrow.</summary>
    public static readonly IReadOnlyList<LifecycleTransition> All =
    [
        new(LifecycleStage.Idle, LifecycleStage.Checking, "the time has come, or somebody asks"),
        new(LifecycleStage.Idle, LifecycleStage.Available, "the operator brings a payload"),
        new(LifecycleStage.Idle, LifecycleStage.Finalizing, "the operator wants the other version back"),
        new(LifecycleStage.Idle, LifecycleStage.Judging, "the slot that runs is not marked good"),
        new(LifecycleStage.Checking, LifecycleStage.Idle, "no update, or the check failed"),
        new(LifecycleStage.Checking, LifecycleStage.Available, "an offer is taken"),
        new(LifecycleStage.Checking, LifecycleStage.Reporting, "an offer is passed over or put off"),
        new(LifecycleStage.Available, LifecycleStage.Downloading, "the target slot is cleared"),
        new(LifecycleStage.Available, LifecycleStage.Reporting, "refused, failed or cancelled"),
        new(LifecycleStage.Available, LifecycleStage.Idle, "interrupted: the server is asked again"),
        new(LifecycleStage.Downloading, LifecycleStage.Verifying, "the payload is written"),
        new(LifecycleStage.Downloading, LifecycleStage.Reporting, "failed or cancelled"),
        new(LifecycleStage.Downloading, LifecycleStage.Idle, "interrupted: the server is asked again"),
        new(LifecycleStage.Downloading, LifecycleStage.Available, "interrupted: the operator's payload goes on"),
        new(LifecycleStage.Verifying, LifecycleStage.Finalizing, "the slot reads back as it must"),
        new(LifecycleStage.Verifying, LifecycleStage.Reporting, "failed or cancelled"),
        new(LifecycleStage.Verifying, LifecycleStage.Idle, "interrupted: the server is asked again"),
        new(LifecycleStage.Verifying, LifecycleStage.Available, "interrupted: the operator's payload goes on"),
        new(LifecycleStage.Finalizing, LifecycleStage.NeedReboot, "the next boot takes the other slot"),
        new(LifecycleStage.Finalizing, LifecycleStage.Reporting, "failed"),
        new(LifecycleStage.Finalizing, LifecycleStage.Verifying, "interrupted before the slot was marked"),
        new(LifecycleStage.Finalizing, LifecycleStage.Judging, "interrupted, and the new slot runs"),
        new(LifecycleStage.Finalizing, LifecycleStage.Idle, "taken back, or interrupted and already over"),
        new(LifecycleStage.NeedReboot, LifecycleStage.Judging, "the new slot runs"),
        new(LifecycleStage.NeedReboot, LifecycleStage.Idle, "the machine went back, or runs what it should"),
        new(LifecycleStage.NeedReboot, LifecycleStage.Finalizing, "the operator takes it back"),
        new(LifecycleStage.Reporting, LifecycleStage.Idle, "the server is told, or cannot be"),
        new(LifecycleStage.Judging, LifecycleStage.Idle, "marked good, or the machine went back"),
        new(LifecycleStage.Judging, LifecycleStage.RollingBack, "not healthy in time"),
        new(LifecycleStage.RollingBack, LifecycleStage.Idle, "the version before runs again"),
        new(LifecycleStage.RollingBack, LifecycleStage.Judging, "the same slot came up again"),
    ];

    /// <summary>True if there is an arrow.</summary>
    public static bool Has(LifecycleStage from, LifecycleStage to)
    {
        foreach (LifecycleTransition transition in All)
        {
            if (transition.From == from && transition.To == to)
                return true;
        }

        return false;
    }
}
