using System.Globalization;
using System.Text;

namespace CoreNode.Windows;

/// <summary>Durations in policies: "90s", "45m", "1d12h"; days, hours, minutes and seconds in this order.</summary>
public static class DurationText
{
    private const string Units = "dhms";

    private static readonly long[] s_seconds = [86_400, 3600, 60, 1];

    /// <summary>Reads one; null if it is none, is negative, or is more than 3650 days.</summary>
    public static TimeSpan? Parse(string text)
    {
        long sum = 0;
        int unit = -1;
        int at = 0;
        while (at < text.Length)
        {
            int digits = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            if (at == digits || at == text.Length || at - digits > 9)
                return null;
            int next = Units.IndexOf(text[at++], StringComparison.Ordinal);
            if (next <= unit)
                return null;
            unit = next;
            sum += s_seconds[unit] * long.Parse(text.AsSpan(digits, at - 1 - digits), CultureInfo.InvariantCulture);
        }

        return unit < 0 || sum > 3650 * s_seconds[0] ? null : new TimeSpan(sum * TimeSpan.TicksPerSecond);
    }

    /// <summary>Writes one, whole seconds; "0s" for none.</summary>
    public static string Format(TimeSpan duration)
    {
        long seconds = duration.Ticks / TimeSpan.TicksPerSecond;
        if (seconds <= 0)
            return "0s";
        StringBuilder text = new();
        for (int unit = 0; unit < Units.Length; unit++)
        {
            long count = seconds / s_seconds[unit];
            seconds %= s_seconds[unit];
            if (count > 0)
                text.Append(CultureInfo.InvariantCulture, $"{count}{Units[unit]}");
        }

        return text.ToString();
    }
}
