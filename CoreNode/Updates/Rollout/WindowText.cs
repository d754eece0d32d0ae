using System.Globalization;
using System.Text;

namespace CoreNode.Updates.Rollout;

/// <summary>Windows as people write them: "Mon-Fri 02:00 4h", "Sat,Sun 22:30 90m", "daily 03:00 1h".</summary>
public static class WindowText
{
    private const string Daily = "daily";

    private static readonly string[] s_days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    /// <summary>Reads one; null if it is none.</summary>
    public static MaintenanceWindow? Parse(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 3 || ParseDays(parts[0]) is not { } days || DurationText.Parse(parts[2]) is not { } length)
            return null;
        return TimeOnly.TryParseExact(
            parts[1], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly from)
            ? new MaintenanceWindow(days, from, length)
            : null;
    }

    /// <summary>Writes one.</summary>
    public static string Format(MaintenanceWindow window) => string.Create(
        CultureInfo.InvariantCulture,
        $"{FormatDays(window.Days)} {window.From:HH:mm} {DurationText.Format(window.Length)}");

    private static WindowDays? ParseDays(string text)
    {
        if (text.Equals(Daily, StringComparison.OrdinalIgnoreCase))
            return WindowDays.All;
        WindowDays days = WindowDays.None;
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            int first = Array.FindIndex(s_days, d => d.Equals(ends[0], StringComparison.OrdinalIgnoreCase));
            int last = Array.FindIndex(s_days, d => d.Equals(ends[^1], StringComparison.OrdinalIgnoreCase));
            if (first < 0 || last < 0 || ends.Length > 2)
                return null;
            for (int day = first; ; day = (day + 1) % s_days.Length)
            {
                days |= (WindowDays)(1 << day);
                if (day == last)
                    break;
            }
        }

        return days;
    }

    // Stretches of three days and more by their ends, from Monday on.
    private static string FormatDays(WindowDays days)
    {
        if (days == WindowDays.All)
            return Daily;
        StringBuilder text = new();
        for (int i = 1; i <= s_days.Length; i++)
        {
            if (!Has(days, i))
                continue;
            int last = i;
            while (last < s_days.Length && Has(days, last + 1))
                last++;
            text.Append(text.Length > 0 ? "," : "").Append(s_days[i % s_days.Length]);
            if (last - i < 2)
                continue;
            text.Append('-').Append(s_days[last % s_days.Length]);
            i = last;
        }

        return text.ToString();
    }

    private static bool Has(WindowDays days, int day) => ((int)days & (1 << (day % s_days.Length))) != 0;
}
