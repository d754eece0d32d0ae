using System.Globalization;

namespace CoreNode.Runner.Machine;

/// <summary>One message of sd_notify(3). Pure.</summary>
internal sealed record NotifyMessage
{
    public bool IsReady { get; init; }

    public bool IsReloading { get; init; }

    public bool IsStopping { get; init; }

    /// <summary>WATCHDOG=1: it lives.</summary>
    public bool IsPing { get; init; }

    /// <summary>WATCHDOG=trigger: as if it had not.</summary>
    public bool IsWatchdogTrigger { get; init; }

    public int? MainPid { get; init; }

    public string? Status { get; init; }

    public TimeSpan? WatchdogSpan { get; init; }

    public TimeSpan? Extension { get; init; }

    /// <summary>Reads one; what is unknown in it is left out.</summary>
    public static NotifyMessage Parse(string text)
    {
        NotifyMessage message = new();
        foreach (string line in text.Split('\n'))
        {
            int at = line.IndexOf('=', StringComparison.Ordinal);
            string value = line[(at + 1)..];
            message = (at < 0 ? "" : line[..at]) switch
            {
                "READY" => message with { IsReady = value == "1" },
                "RELOADING" => message with { IsReloading = value == "1" },
                "STOPPING" => message with { IsStopping = value == "1" },
                "WATCHDOG" => message with { IsPing = value == "1", IsWatchdogTrigger = value == "trigger" },
                "MAINPID" => message with { MainPid = (int?)Number(value) },
                "STATUS" => message with { Status = value },
                "WATCHDOG_USEC" => message with { WatchdogSpan = Microseconds(value) },
                "EXTEND_TIMEOUT_USEC" => message with { Extension = Microseconds(value) },
                _ => message,
            };
        }

        return message;
    }

    private static TimeSpan? Microseconds(string text) =>
        Number(text) is { } number ? TimeSpan.FromMicroseconds(number) : null;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number < int.MaxValue
            ? number
            : null;
}
