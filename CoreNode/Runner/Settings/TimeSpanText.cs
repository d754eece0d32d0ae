using System.Globalization;

namespace CoreNode.Runner.Settings;

/// <summary>Time spans as systemd.time(7) writes them: "90", "1min 30s", "infinity". Pure.</summary>
internal static class TimeSpanText
{
    /// <summary>More is no limit.</summary>
    private const double MostSeconds = 100.0 * 365 * 86400;

    /// <summary>
    /// Reads one; null if it is none. "infinity" gives <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="bareUnitSeconds">What a number without a unit counts in.</param>
    public static TimeSpan? Parse(string text, double bareUnitSeconds = 1)
    {
        string trimmed = text.Trim();
        if (trimmed == "infinity")
            return Timeout.InfiniteTimeSpan;
        double seconds = 0;
        int at = 0;
        while (at < trimmed.Length)
        {
            int start = at;
            while (at < trimmed.Length && (char.IsAsciiDigit(trimmed[at]) || trimmed[at] == '.'))
                at++;
            if (!double.TryParse(
                trimmed.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out double number))
            {
                return null;
            }

            at = SkipSpace(trimmed, at);
            int unitStart = at;
            while (at < trimmed.Length && (char.IsAsciiLetter(trimmed[at]) || trimmed[at] == 'µ'))
                at++;
            if (UnitSeconds(trimmed[unitStart..at], bareUnitSeconds) is not { } unit)
                return null;
            seconds += number * unit;
            at = SkipSpace(trimmed, at);
        }

        if (trimmed.Length == 0)
            return null;
        return seconds > MostSeconds
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at;
    }

    private static double? UnitSeconds(string unit, double bareUnitSeconds) => unit switch
    {
        "" => bareUnitSeconds,
        "us" or "usec" or "µs" => 1e-6,
        "ms" or "msec" => 1e-3,
        "s" or "sec" or "second" or "seconds" => 1,
        "m" or "min" or "minute" or "minutes" => 60,
        "h" or "hr" or "hour" or "hours" => 3600,
        "d" or "day" or "days" => 86400,
        "w" or "week" or "weeks" => 7 * 86400,
        "M" or "month" or "months" => 2629800,
        "y" or "year" or "years" => 31557600,
        _ => null,
    };
}
