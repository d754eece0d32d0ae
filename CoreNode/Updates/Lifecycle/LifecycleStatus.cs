namespace CoreNode.Updates.Lifecycle;

/// <summary>The status as clients of CoreOS's update engine know it.</summary>
public static class LifecycleStatus
{
    /// <summary>The version that is told when there is none.</summary>
    public const string NoVersion = "0.0.0";

    /// <summary>
    /// The status' name. As there, an update is "available" until its first byte has come. A gate shows as idle: what
    /// follows a status by rebooting must not do so because of it.
    /// </summary>
    public static string Name(UpdateState state) => state.Stage switch
    {
        LifecycleStage.Idle or LifecycleStage.Judging => "UPDATE_STATUS_IDLE",
        LifecycleStage.Checking => "UPDATE_STATUS_CHECKING_FOR_UPDATE",
        LifecycleStage.Available => "UPDATE_STATUS_UPDATE_AVAILABLE",
        LifecycleStage.Downloading when state.Live.Done == 0 => "UPDATE_STATUS_UPDATE_AVAILABLE",
        LifecycleStage.Downloading => "UPDATE_STATUS_DOWNLOADING",
        LifecycleStage.Verifying => "UPDATE_STATUS_VERIFYING",
        LifecycleStage.Finalizing => "UPDATE_STATUS_FINALIZING",
        LifecycleStage.NeedReboot => "UPDATE_STATUS_UPDATED_NEED_REBOOT",
        LifecycleStage.Reporting or LifecycleStage.RollingBack => "UPDATE_STATUS_REPORTING_ERROR_EVENT",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state.Stage, "no such stage"),
    };

    /// <summary>The version that is being installed, or <see cref="NoVersion"/>.</summary>
    public static string NewVersion(UpdateState state) =>
        state.Attempt is { ToVersion.Length: > 0 } attempt ? attempt.ToVersion : NoVersion;
}
