using System.Globalization;

namespace CoreNode.Hosting;

/// <summary>Times as people write them in options: 10s, 1m30s, 250ms, 1h.</summary>
internal static class TimeText
{
    /// <summary>Reads one; false if it is none. A number without a unit is none: seconds or milliseconds?</summary>
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        int at = 0;
        while (at < text.Length)
        {
            int end = at;
            while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
                end++;
            int unit = end;
            while (unit < text.Length && char.IsAsciiLetter(text[unit]))
                unit++;
            if (!double.TryParse(
                    text.AsSpan(at, end - at), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out double number)
                || UnitOf(text.AsSpan(end, unit - end)) is not { } one || number * one.TotalDays > 36_500)
            {
                return false;
            }

            time += number * one;
            at = unit;
        }

        return text.Length > 0;
    }

    private static TimeSpan? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" or "min" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        _ => null,
    };
}
