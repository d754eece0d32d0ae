using System.Buffers;
using System.Globalization;

namespace CoreNode.Units.Model;

/// <summary>Values of unit files with a meaning of their own: yes and no, time spans, amounts.</summary>
public static class UnitWords
{
    private static readonly SearchValues<char> s_ofNumber = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> s_afterUnit = SearchValues.Create(" 0123456789");

    private static readonly string[] s_timeUnits =
    [
        "usec", "us", "msec", "ms", "seconds", "second", "sec", "s", "minutes", "minute", "min", "m", "hours", "hour",
        "hr", "h", "days", "day", "d", "weeks", "week", "w",
    ];

    private static readonly double[] s_timeSeconds =
    [
        1e-6, 1e-6, 1e-3, 1e-3, 1, 1, 1, 1, 60, 60, 60, 60, 3600, 3600,
        3600, 3600, 86400, 86400, 86400, 604800, 604800, 604800,
    ];

    /// <summary>systemd's words for yes and no, any case; false for any other.</summary>
    public static bool TryBoolean(string text, out bool value)
    {
        string word = text.ToLowerInvariant();
        value = word is "1" or "yes" or "y" or "true" or "t" or "on";
        return value || word is "0" or "no" or "n" or "false" or "f" or "off";
    }

    /// <summary>
    /// systemd's time spans (systemd.time(7)): 90, 1min 30s, 500ms, 2h; a bare number is seconds, infinity the largest
    /// span. Years and months, which nobody waits for, are not taken.
    /// </summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        value = TimeSpan.MaxValue;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest is "infinity")
            return true;
        double seconds = 0;
        value = TimeSpan.Zero;
        if (rest.Length == 0)
            return false;
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExcept(s_ofNumber);
            ReadOnlySpan<char> number = digits < 0 ? rest : rest[..digits];
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double n))
                return false;
            rest = digits < 0 ? default : rest[digits..].TrimStart();
            int letters = rest.IndexOfAny(s_afterUnit);
            ReadOnlySpan<char> unit = letters < 0 ? rest : rest[..letters];
            rest = letters < 0 ? default : rest[letters..].TrimStart();
            double factor = unit.Length == 0 ? 1 : FactorOf(unit);
            if (factor == 0)
                return false;
            seconds += n * factor;
        }

        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        value = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>Bytes with K, M, G or T behind (powers of 1024, as systemd); at least 0.</summary>
    public static bool TryBytes(string text, out long value)
    {
        value = 0;
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        if (digits.Length > 1 && digits[^1] == 'B')
            digits = digits[..^1];
        int shift = digits.Length == 0 ? 0 : digits[^1] switch
        {
            'K' or 'k' => 10,
            'M' => 20,
            'G' => 30,
            'T' => 40,
            _ => 0,
        };
        if (shift > 0)
            digits = digits[..^1];
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            return false;
        double bytes = number * (1L << shift);
        if (bytes > long.MaxValue / 2)
            return false;
        value = (long)bytes;
        return true;
    }

    /// <summary>Thousandths of a processor: 50%, 1.5 or 500m; at least 0.</summary>
    public static bool TryCpuMillis(string text, out int value)
    {
        value = 0;
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        double factor = 1000;
        if (digits.Length > 0 && digits[^1] is '%' or 'm')
        {
            factor = digits[^1] == '%' ? 10 : 1;
            digits = digits[..^1];
        }

        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            return false;
        double millis = Math.Round(number * factor);
        if (millis > int.MaxValue)
            return false;
        value = (int)millis;
        return true;
    }

    private static double FactorOf(ReadOnlySpan<char> unit)
    {
        for (int i = 0; i < s_timeUnits.Length; i++)
        {
            if (unit.SequenceEqual(s_timeUnits[i]))
                return s_timeSeconds[i];
        }

        return 0;
    }
}
