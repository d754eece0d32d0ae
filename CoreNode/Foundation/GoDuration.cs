using System.Globalization;

namespace CoreNode.Foundation;

/// <summary>Times as Go's time.ParseDuration reads them: numbers with units, such as 1m30.5s.</summary>
public static class GoDuration
{
    /// <summary>Reads one; null if it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        string rest = text.TrimStart('+', '-');
        if (text.Length - rest.Length > 1 || rest.Length == 0)
            return null;
        if (rest == "0")
            return TimeSpan.Zero;
        decimal ticks = 0;
        while (rest.Length > 0)
        {
            int number = Count(rest, 0, letter => char.IsAsciiDigit(letter) || letter == '.');
            int unit = Count(rest, number, letter => !char.IsAsciiDigit(letter) && letter != '.');
            if (!decimal.TryParse(rest.AsSpan(0, number), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out decimal count) || Ticks(rest.Substring(number, unit)) is not decimal each)
            {
                return null;
            }

            try
            {
                ticks += count * each;
            }
            catch (OverflowException)
            {
                return null;
            }

            rest = rest[(number + unit)..];
        }

        // Go's durations are 64-bit nanoseconds.
        return ticks > long.MaxValue / 100 ? null : new TimeSpan((long)(text[0] == '-' ? -ticks : ticks));
    }

    private static decimal? Ticks(string unit) => unit switch
    {
        "ns" => 0.01m,
        "us" or "µs" or "μs" => 10,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };

    private static int Count(string text, int start, Func<char, bool> matches)
    {
        int end = start;
        while (end < text.Length && matches(text[end]))
            end++;
        return end - start;
    }
}
