using System.Globalization;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Windows;

/// <summary>
/// Windows as people write them: "Mon-Fri 02:00 4h", "Sat,Sun 22:30 90m", "daily 03:00 1h"; and as locksmith's settings
/// have them: "Thu 23:00" or "03:00", and "1h30m".
/// </summary>
public static class WindowText
{
    private const string Daily = "daily";

    // locksmith sleeps until a window begins and reboots, however short the window is.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMinutes(1);

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

    /// <summary>
    /// Reads locksmith's REBOOT_WINDOW_START ("HH:MM" every day, "Thu 23:00" once a week) and REBOOT_WINDOW_LENGTH
    /// (Go's duration, from zero to less than the day or the week); null if they are none. What is shorter than a
    /// minute counts as one.
    /// </summary>
    public static MaintenanceWindow? OfLocksmith(string start, string length)
    {
        string[] parts = start.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is < 1 or > 2 || GoDuration.Parse(length) is not { } lasts || lasts < TimeSpan.Zero)
            return null;
        int day = parts.Length == 2 ? IndexOfDay(parts[0]) : 0;
        WindowDays days = parts.Length == 2 ? (WindowDays)(1 << Math.Max(day, 0)) : WindowDays.All;
        if (day < 0 || lasts >= TimeSpan.FromDays(parts.Length == 2 ? s_days.Length : 1))
            return null;
        lasts = TimeSpan.FromSeconds(lasts.Ticks / TimeSpan.TicksPerSecond);
        return TimeOnly.TryParseExact(
            parts[^1], "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly from)
            ? new MaintenanceWindow(days, from, lasts < s_shortest ? s_shortest : lasts)
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
            int first = IndexOfDay(ends[0]);
            int last = IndexOfDay(ends[^1]);
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

    private static int IndexOfDay(string text) =>
        Array.FindIndex(s_days, day => day.Equals(text, StringComparison.OrdinalIgnoreCase));

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
