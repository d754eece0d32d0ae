using System.Globalization;
using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>Says in words how a job of a unit ended. Pure.</summary>
internal static class JobEnd
{
    /// <summary>The result that callers get.</summary>
    public static JobResult Of(string name, string result, UnitFacts facts)
    {
        bool isDone = result == "done";
        return new JobResult(isDone, result, isDone ? "" : $"{name}: {Reason(result, facts)}", facts.States);
    }

    private static string Reason(string result, UnitFacts facts) => result switch
    {
        "failed" => Failure(facts),
        "timeout" => "it was not done in the time that its file allows",
        "canceled" => "another job took its place",
        "dependency" => "a unit that it requires did not start",
        "skipped" => "nothing was to be done in its state",
        "assert" => "an Assert… of its file does not hold",
        "collected" => "it is not loaded any more",
        JobTable.Gone => "the connection to systemd was lost meanwhile; how it ended is not known",
        _ => $"systemd says \"{result}\"",
    };

    private static string Failure(UnitFacts facts) => facts.Result switch
    {
        "exit-code" when facts.ExitStatus == 0 => "a command before or after the main process failed",
        "exit-code" => string.Create(CultureInfo.InvariantCulture, $"its process ended with code {facts.ExitStatus}"),
        "signal" or "core-dump" => string.Create(
            CultureInfo.InvariantCulture, $"its process was ended by signal {facts.ExitStatus}"),
        "timeout" => "it was not done in the time that its file allows",
        "watchdog" => "it did not report to its watchdog",
        "start-limit-hit" => "it was started too often in a short time (StartLimitBurst=)",
        "resources" => "systemd lacks what it needs: a file, a folder or memory (see its journal)",
        "protocol" => "it did not report as its Type= says",
        "oom-kill" => "it had no memory left",
        "" or "success" => "it failed",
        _ => $"systemd says \"{facts.Result}\"",
    };
}
