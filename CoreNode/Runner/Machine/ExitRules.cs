using CoreNode.Platform.Processes;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Machine;

/// <summary>What the end of a process means for its unit (systemd.service(5), Restart=). Pure.</summary>
internal static class ExitRules
{
    /// <summary>The result of a process.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="isDaemon">It runs for long: being told to end is no failure.</param>
    /// <param name="successes">What else counts as success.</param>
    public static string Result(ProcessEnd end, bool isDaemon, ExitStatusSet successes) => end.Kind switch
    {
        ProcessEndKind.Exited => end.Status == 0 || successes.Codes.Contains(end.Status)
            ? UnitResult.Success
            : UnitResult.ExitCode,
        // HUP, INT, PIPE, TERM.
        ProcessEndKind.Killed =>
            (isDaemon && end.Status is 1 or 2 or 13 or 15) || successes.Signals.Contains(end.Status)
            ? UnitResult.Success
            : UnitResult.Signal,
        ProcessEndKind.Dumped => UnitResult.CoreDump,
        _ => UnitResult.ExitCode,
    };

    /// <summary>Whether it is started again by itself.</summary>
    public static bool Restarts(UnitSettings settings, string result, ProcessEnd? main)
    {
        if (main is not null && Names(settings.RestartPreventStatus, main))
            return false;
        if (main is not null && Names(settings.RestartForceStatus, main))
            return true;
        return settings.Restart switch
        {
            RestartPolicy.No => false,
            RestartPolicy.Always => result != UnitResult.Condition,
            RestartPolicy.OnSuccess => result == UnitResult.Success,
            RestartPolicy.OnFailure => result is not (UnitResult.Success or UnitResult.Condition),
            RestartPolicy.OnAbnormal =>
                result is not (UnitResult.Success or UnitResult.ExitCode or UnitResult.Condition),
            RestartPolicy.OnWatchdog => result == UnitResult.Watchdog,
            RestartPolicy.OnAbort => result is UnitResult.Signal or UnitResult.CoreDump,
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Restart, "no such policy"),
        };
    }

    /// <summary>"code=exited, status=1/FAILURE", as systemd's journal says it.</summary>
    public static string Text(ProcessEnd end) => end.Kind switch
    {
        ProcessEndKind.Exited => $"code=exited, status={ExitCodes.Text(end.Status)}",
        ProcessEndKind.Killed => $"code=killed, status={Number(end.Status)}/{SignalNames.Of(end.Status)}",
        ProcessEndKind.Dumped => $"code=dumped, status={Number(end.Status)}/{SignalNames.Of(end.Status)}",
        _ => "how is not known: it ended while corenode was not its parent",
    };

    private static string Number(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static bool Names(ExitStatusSet set, ProcessEnd end) => end.Kind switch
    {
        ProcessEndKind.Exited => set.Codes.Contains(end.Status),
        ProcessEndKind.Killed or ProcessEndKind.Dumped => set.Signals.Contains(end.Status),
        _ => false,
    };
}
