namespace CoreNode.Windows;

/// <summary>
/// When maintenance windows are open. Asks the time zone only for the offset at a moment, so whatever a zone does
/// (whole days left out, changes at midnight) follows from one rule: a window begins at the first moment at which
/// clocks there show its time or a later one. Seconds since 1970; keeps what it found for later questions. Owned by one
/// thread.
/// </summary>
public sealed class WindowCalendar
{
    private const int Kept = 8;
    private const int DaySeconds = 86_400;

    // A window lasts a week at most, and the next one begins within a week: with a day more for zones and changes.
    private const int DaysAround = 9;

    private const long FarAheadSeconds = 14 * DaySeconds;

    private readonly IReadOnlyList<MaintenanceWindow> _windows;
    private readonly TimeZoneInfo _zone;
    private readonly Span?[] _found = new Span?[Kept];
    private int _next;

    /// <summary>Windows as that time zone shows them; without any it is always open.</summary>
    public WindowCalendar(IReadOnlyList<MaintenanceWindow> windows, TimeZoneInfo zone)
    {
        _windows = windows;
        _zone = zone;
    }

    /// <summary>The length of the shortest one; without windows <see cref="TimeSpan.MaxValue"/>.</summary>
    public TimeSpan Shortest
    {
        get
        {
            TimeSpan shortest = TimeSpan.MaxValue;
            foreach (MaintenanceWindow window in _windows)
                shortest = window.Length < shortest ? window.Length : shortest;
            return shortest;
        }
    }

    /// <summary>From when on one is open: <paramref name="second"/> itself, or when the next one begins.</summary>
    public long OpenFrom(long second)
    {
        if (_windows.Count == 0)
            return second;
        Span found = SpanAt(second);
        return found.IsOpen ? second : found.To;
    }

    /// <summary>True if one is open at that moment.</summary>
    public bool IsOpen(long second) => _windows.Count == 0 || SpanAt(second).IsOpen;

    /// <summary>
    /// The first moment from <paramref name="second"/> on at which none is open: windows that overlap or touch are one.
    /// It looks a fortnight ahead; what is open longer is told as closing then at the earliest. Without windows
    /// <see cref="long.MaxValue"/>.
    /// </summary>
    public long ClosesAt(long second)
    {
        if (_windows.Count == 0)
            return long.MaxValue;
        long end = second;
        while (end - second < FarAheadSeconds && SpanAt(end) is { IsOpen: true } span)
            end = span.To;
        return end;
    }

    private Span SpanAt(long second)
    {
        foreach (Span? span in _found)
        {
            if (span is not null && second >= span.From && second < span.To)
                return span;
        }

        Span found = Find(second);
        _found[_next] = found;
        _next = (_next + 1) % Kept;
        return found;
    }

    private Span Find(long second)
    {
        long next = long.MaxValue;
        DateOnly today = DateOnly.FromDateTime(Local(second));
        for (int day = -DaysAround; day <= DaysAround; day++)
        {
            DateOnly date = today.AddDays(day);
            foreach (MaintenanceWindow window in _windows)
            {
                if (((int)window.Days & (1 << (int)date.DayOfWeek)) == 0)
                    continue;
                long start = FirstShown(date.ToDateTime(window.From));
                if (start <= second && second < start + Seconds(window.Length))
                    return new Span(start, start + Seconds(window.Length), true);
                if (start > second)
                    next = Math.Min(next, start);
            }
        }

        return new Span(second, next, false);
    }

    // The first moment at which clocks show that time or a later one.
    private long FirstShown(DateTime local)
    {
        long shown = Seconds(local - DateTime.UnixEpoch);
        long before = Offset(shown - DaySeconds);
        long after = Offset(shown + DaySeconds);
        long early = shown - Math.Max(before, after);
        long late = shown - Math.Min(before, after);
        if (early + Offset(early) == shown)
            return early;
        if (late + Offset(late) == shown)
            return late;
        // Left out: the clock is put forward between the two.
        while (early + 1 < late)
        {
            long middle = early + ((late - early) / 2);
            if (middle + Offset(middle) < shown)
                early = middle;
            else
                late = middle;
        }

        return late;
    }

    private DateTime Local(long second) => DateTime.UnixEpoch.AddSeconds(second + Offset(second));

    private long Offset(long second) => Seconds(_zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(second)));

    private static long Seconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerSecond;

    // One answer for all moments from From to before To.
    private sealed record Span(long From, long To, bool IsOpen);
}
