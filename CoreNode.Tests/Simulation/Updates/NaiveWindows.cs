using CoreNode.Updates.Rollout;
using CoreNode.Windows;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>
/// Windows found by looking at the clock on the wall minute by minute: slow, and obvious. For windows that begin at
/// whole minutes.
/// </summary>
internal sealed class NaiveWindows(RolloutPolicy policy, TimeZoneInfo zone)
{
    private readonly Dictionary<long, bool> _known = [];
    private readonly Dictionary<(MaintenanceWindow, long), bool> _begins = [];

    /// <summary>True if one is open.</summary>
    public bool IsOpen(DateTimeOffset now)
    {
        if (policy.Windows.Count == 0)
            return true;
        long minute = now.ToUnixTimeSeconds() / 60;
        if (!_known.TryGetValue(minute, out bool isOpen))
            _known.Add(minute, isOpen = policy.Windows.Any(w => Covers(w, minute)));
        return isOpen;
    }

    private bool Covers(MaintenanceWindow window, long minute)
    {
        long length = (long)window.Length.TotalMinutes;
        for (long start = minute; start > minute - length; start--)
        {
            if (!_begins.TryGetValue((window, start), out bool begins))
                _begins.Add((window, start), begins = Begins(window, start));
            if (begins)
                return true;
        }

        return false;
    }

    // The clock shows the time, or went past it since the minute before; and it did not so before on that day.
    private bool Begins(MaintenanceWindow window, long minute)
    {
        DateTime shown = Shown(minute);
        DateTime before = Shown(minute - 1);
        for (DateTime day = before.Date; day <= shown.Date; day = day.AddDays(1))
        {
            DateTime due = day + window.From.ToTimeSpan();
            bool isPassed = before < due && due <= shown;
            if (isPassed && ((int)window.Days & (1 << (int)day.DayOfWeek)) != 0 && !WasShown(due, minute - 1))
                return true;
        }

        return false;
    }

    // Clocks are put back by an hour, or half of one.
    private bool WasShown(DateTime due, long minute)
    {
        for (long earlier = minute; earlier > minute - 180; earlier--)
        {
            if (Shown(earlier) >= due)
                return true;
        }

        return false;
    }

    private DateTime Shown(long minute) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(minute * 60), zone).DateTime;
}
