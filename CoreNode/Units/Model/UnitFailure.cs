using System.Globalization;

namespace CoreNode.Units.Model;

/// <summary>What a unit manager's result means, in words (systemd.service(5), systemd.exec(5)). Pure.</summary>
public static class UnitFailure
{
    /// <summary>Why a unit failed.</summary>
    /// <param name="result">systemd's Result=; empty if not known.</param>
    /// <param name="exitStatus">Exit code of the main process, or the number of the signal; 0 if not known.</param>
    public static string Describe(string result, int exitStatus) => result switch
    {
        "" => "result unknown",
        "exit-code" when Setup(exitStatus) is { } cause => string.Create(
            CultureInfo.InvariantCulture, $"{cause} (exit-code, status {exitStatus})"),
        "exit-code" => Numbered("its process ended with an error", result, exitStatus),
        "signal" => Numbered("its process was ended by a signal", result, exitStatus),
        "core-dump" => Numbered("its process crashed", result, exitStatus),
        "timeout" => "it did not start or stop within TimeoutStartSec= or TimeoutStopSec= (timeout)",
        "watchdog" => "it did not report within WatchdogSec= (watchdog)",
        "protocol" => "it did not behave as its Type= says (protocol)",
        "start-limit-hit" => "it was started too often, see StartLimitBurst= (start-limit-hit)",
        "oom-kill" => "it was killed because memory ran out (oom-kill)",
        "resources" => "something that it needs is missing on the machine: a file, a folder, memory (resources)",
        _ => exitStatus == 0 ? result : string.Create(CultureInfo.InvariantCulture, $"{result}, status {exitStatus}"),
    };

    private static string Numbered(string text, string result, int status) => status == 0
        ? $"{text} ({result})"
        : string.Create(CultureInfo.InvariantCulture, $"{text} ({result}, status {status})");

    // Status of a process that ended before its program began.
    private static string? Setup(int status) => status switch
    {
        200 => "its WorkingDirectory= is not there",
        203 => "its program cannot be executed",
        216 => "its Group= is not there",
        217 => "its User= is not there",
        218 => "its capabilities cannot be set",
        226 => "its view of the file system cannot be made",
        233 or 238 or 239 or 240 or 241 => "one of its folders cannot be made",
        _ => null,
    };
}
