namespace CoreNode.Runner.Machine;

/// <summary>systemd's words for where a unit stands. Pure.</summary>
internal static class PhaseWords
{
    /// <summary>ActiveState.</summary>
    public static string Active(UnitPhase phase) => phase switch
    {
        UnitPhase.Dead => "inactive",
        UnitPhase.Failed => "failed",
        UnitPhase.Running or UnitPhase.Exited => "active",
        UnitPhase.Reload => "reloading",
        UnitPhase.Condition or UnitPhase.StartPre or UnitPhase.Start or UnitPhase.StartPost or UnitPhase.AutoRestart =>
            "activating",
        _ => "deactivating",
    };

    /// <summary>SubState.</summary>
    public static string Sub(UnitPhase phase, bool isTarget) => phase switch
    {
        UnitPhase.Dead => "dead",
        UnitPhase.Condition => "condition",
        UnitPhase.StartPre => "start-pre",
        UnitPhase.Start => "start",
        UnitPhase.StartPost => "start-post",
        UnitPhase.Running => isTarget ? "active" : "running",
        UnitPhase.Exited => isTarget ? "active" : "exited",
        UnitPhase.Reload => "reload",
        UnitPhase.Stop => "stop",
        UnitPhase.StopWatchdog => "stop-watchdog",
        UnitPhase.StopSigterm => "stop-sigterm",
        UnitPhase.StopSigkill => "stop-sigkill",
        UnitPhase.StopPost => "stop-post",
        UnitPhase.FinalSigterm => "final-sigterm",
        UnitPhase.FinalSigkill => "final-sigkill",
        UnitPhase.Failed => "failed",
        UnitPhase.AutoRestart => "auto-restart",
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "no such phase"),
    };

    /// <summary>True while a start goes on.</summary>
    public static bool IsStarting(UnitPhase phase) =>
        phase is UnitPhase.Condition or UnitPhase.StartPre or UnitPhase.Start or UnitPhase.StartPost;

    /// <summary>True while a stop goes on.</summary>
    public static bool IsStopping(UnitPhase phase) => phase is >= UnitPhase.Stop and <= UnitPhase.FinalSigkill;

    /// <summary>True if it is active, or reloads.</summary>
    public static bool IsActive(UnitPhase phase) =>
        phase is UnitPhase.Running or UnitPhase.Exited or UnitPhase.Reload;

    /// <summary>True if nothing of it runs.</summary>
    public static bool IsDown(UnitPhase phase) =>
        phase is UnitPhase.Dead or UnitPhase.Failed or UnitPhase.AutoRestart;
}
