namespace CoreNode.Runner.Machine;

/// <summary>systemd's Result of a service.</summary>
internal static class UnitResult
{
    public const string Success = "success";
    public const string Resources = "resources";
    public const string Protocol = "protocol";
    public const string Timeout = "timeout";
    public const string ExitCode = "exit-code";
    public const string Signal = "signal";
    public const string CoreDump = "core-dump";
    public const string Watchdog = "watchdog";
    public const string StartLimit = "start-limit-hit";
    public const string OutOfMemory = "oom-kill";
    public const string Condition = "exec-condition";
}
