using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Tests.Simulation.Updates;
using CoreNode.Updates.Rollout;
using CoreNode.Windows;

namespace CoreNode.Tests.Windows;

/// <summary>Windows against the clock on the wall, around every change of the clock.</summary>
[TestFixture, Category("Unit")]
internal sealed class WindowCalendarTests
{
    private const long Hour = 3600;

    // Halves of hours, changes at midnight, a day left out, Ramadan, winter time that counts as the other one.
    [TestCase("Europe/Berlin", 2026)]
    [TestCase("America/New_York", 2026)]
    [TestCase("Australia/Lord_Howe", 2026)]
    [TestCase("Europe/Dublin", 2026)]
    [TestCase("America/Santiago", 2026)]
    [TestCase("Africa/Casablanca", 2025)]
    [TestCase("America/St_Johns", 2010)]
    [TestCase("America/Havana", 2026)]
    [TestCase("Asia/Beirut", 2026)]
    [TestCase("Asia/Kathmandu", 2026)]
    public void It_is_open_when_the_wall_clock_says_so(string name, int year)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        Prng chance = new Prng(7).Child(name);
        long start = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        int changes = 0;
        for (int day = 0; day < 365; day++)
        {
            long from = start + (day * 24 * Hour);
            bool isChange = Offset(zone, from) != Offset(zone, from + (24 * Hour));
            if (!isChange && day % 60 != 0)
                continue;
            changes += isChange ? 1 : 0;
            for (int i = 0; i < 4; i++)
                Compare(zone, WindowOf(chance), from - (12 * Hour), from + (48 * Hour));
        }

        Assert.That(changes, Is.GreaterThan(name == "Asia/Kathmandu" ? -1 : 1));
    }

    // Worked out by hand. New York: 8 March 2026 at 07:00 UTC on, 1 November at 06:00 UTC back. Lord Howe: 4 April at
    // 15:00 UTC back by half an hour, 3 October at 15:30 UTC on. Samoa: no 30 December 2011. Asked at, open from.
    [TestCase("Europe/Berlin", "Sun 02:30 1h", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [TestCase("Europe/Berlin", "Sun 02:30 1h", "2026-03-29T01:59Z", "2026-03-29T01:59Z")]
    [TestCase("Europe/Berlin", "Sun 02:30 1h", "2026-03-29T02:00Z", "2026-04-05T00:30Z")]
    [TestCase("Europe/Berlin", "Sun 03:00 1h", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [TestCase("Europe/Berlin", "Sun 02:30 1h", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [TestCase("Europe/Berlin", "Sun 02:30 1h", "2026-10-25T01:30Z", "2026-11-01T01:30Z")]
    [TestCase("Europe/Berlin", "Sun 03:00 1h", "2026-10-24T12:00Z", "2026-10-25T02:00Z")]
    [TestCase("America/New_York", "Sun 02:30 1h", "2026-03-08T00:00Z", "2026-03-08T07:00Z")]
    [TestCase("America/New_York", "Sun 02:30 1h", "2026-03-08T08:00Z", "2026-03-15T06:30Z")]
    [TestCase("America/New_York", "Sun 03:30 1h", "2026-03-08T00:00Z", "2026-03-08T07:30Z")]
    [TestCase("America/New_York", "Sun 01:30 1h", "2026-11-01T00:00Z", "2026-11-01T05:30Z")]
    [TestCase("America/New_York", "Sun 01:30 1h", "2026-11-01T06:29Z", "2026-11-01T06:29Z")]
    [TestCase("America/New_York", "Sun 01:30 1h", "2026-11-01T06:30Z", "2026-11-08T06:30Z")]
    [TestCase("America/New_York", "Sun 02:00 1h", "2026-11-01T00:00Z", "2026-11-01T07:00Z")]
    [TestCase("Australia/Lord_Howe", "Sun 01:45 30m", "2026-04-04T12:00Z", "2026-04-04T14:45Z")]
    [TestCase("Australia/Lord_Howe", "Sun 01:45 30m", "2026-04-04T15:14Z", "2026-04-04T15:14Z")]
    [TestCase("Australia/Lord_Howe", "Sun 01:45 30m", "2026-04-04T15:15Z", "2026-04-11T15:15Z")]
    [TestCase("Australia/Lord_Howe", "Sun 02:15 1h", "2026-10-03T12:00Z", "2026-10-03T15:30Z")]
    [TestCase("Australia/Lord_Howe", "Sun 02:30 1h", "2026-10-03T12:00Z", "2026-10-03T15:30Z")]
    [TestCase("Australia/Lord_Howe", "Sun 02:15 1h", "2026-10-03T16:30Z", "2026-10-10T15:15Z")]
    [TestCase("Pacific/Apia", "Thu 23:30 1h", "2011-12-30T00:00Z", "2011-12-30T09:30Z")]
    [TestCase("Pacific/Apia", "Thu 23:30 1h", "2011-12-30T10:29Z", "2011-12-30T10:29Z")]
    [TestCase("Pacific/Apia", "Fri 00:00 1h", "2011-12-30T09:00Z", "2011-12-30T10:00Z")]
    [TestCase("Pacific/Apia", "Fri 23:59 1h", "2011-12-30T09:00Z", "2011-12-30T10:00Z")]
    [TestCase("Pacific/Apia", "Fri 12:00 2h", "2011-12-30T12:00Z", "2012-01-05T22:00Z")]
    [TestCase("Pacific/Apia", "Sat 01:00 1h", "2011-12-30T09:00Z", "2011-12-30T11:00Z")]
    [TestCase("Asia/Kathmandu", "Mon 00:00 1h", "2026-06-01T00:00Z", "2026-06-07T18:15Z")]
    public void It_opens_at_this_moment(string zone, string window, string asked, string opens)
    {
        WindowCalendar calendar = new([WindowText.Parse(window)!], TimeZoneInfo.FindSystemTimeZoneById(zone));
        long found = calendar.OpenFrom(Second(asked));
        Assert.That(
            DateTimeOffset.FromUnixTimeSeconds(found), Is.EqualTo(DateTimeOffset.FromUnixTimeSeconds(Second(opens))));
    }

    [Test]
    public void A_day_that_is_left_out_moves_its_window_to_the_next_moment()
    {
        // Samoa had no 30 December 2011: after the 29th at midnight (10:00 UTC on the 30th) came the 31st.
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Apia");
        MaintenanceWindow window = new(WindowDays.Friday, new TimeOnly(12, 0), TimeSpan.FromHours(2));
        WindowCalendar calendar = new([window], zone);
        long midnight = new DateTimeOffset(2011, 12, 30, 10, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        Assert.Multiple(() =>
        {
            Assert.That(calendar.OpenFrom(midnight - Hour), Is.EqualTo(midnight));
            Assert.That(calendar.OpenFrom(midnight + Hour), Is.EqualTo(midnight + Hour));
        });
    }

    [Test]
    public void Windows_that_overlap_are_one()
    {
        MaintenanceWindow[] windows =
        [
            new(WindowDays.All, new TimeOnly(1, 0), TimeSpan.FromHours(2)),
            new(WindowDays.Monday, new TimeOnly(2, 0), TimeSpan.FromHours(3)),
            new(WindowDays.Sunday, new TimeOnly(23, 0), TimeSpan.FromDays(7)),
        ];
        WindowCalendar calendar = new(windows, TimeZoneInfo.Utc);
        long monday = new DateTimeOffset(2026, 6, 1, 4, 30, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        for (long second = monday; second < monday + (14 * 24 * Hour); second += 977)
            Assert.That(calendar.OpenFrom(second), Is.EqualTo(second));
    }

    [TestCase("2026-06-01T00:59Z", false, "2026-06-01T00:59Z")]
    [TestCase("2026-06-01T01:00Z", true, "2026-06-01T05:00Z")]
    [TestCase("2026-06-01T03:30Z", true, "2026-06-01T05:00Z")]
    [TestCase("2026-06-01T04:59Z", true, "2026-06-01T05:00Z")]
    [TestCase("2026-06-01T05:00Z", false, "2026-06-01T05:00Z")]
    [TestCase("2026-06-02T02:00Z", true, "2026-06-02T03:00Z")]
    public void It_closes_once_none_is_open(string asked, bool isOpen, string closes)
    {
        MaintenanceWindow[] windows =
        [
            new(WindowDays.All, new TimeOnly(1, 0), TimeSpan.FromHours(2)),
            new(WindowDays.Monday, new TimeOnly(2, 0), TimeSpan.FromHours(2)),
            new(WindowDays.Monday, new TimeOnly(4, 0), TimeSpan.FromHours(1)),
        ];
        WindowCalendar calendar = new(windows, TimeZoneInfo.Utc);
        Assert.Multiple(() =>
        {
            Assert.That(calendar.IsOpen(Second(asked)), Is.EqualTo(isOpen));
            Assert.That(calendar.ClosesAt(Second(asked)), Is.EqualTo(Second(closes)));
        });
    }

    [Test]
    public void What_never_closes_is_told_so()
    {
        long now = Second("2026-06-01T00:00Z");
        WindowCalendar none = new([], TimeZoneInfo.Utc);
        WindowCalendar always = new([WindowText.Parse("daily 03:00 1d")!], TimeZoneInfo.Utc);
        Assert.Multiple(() =>
        {
            Assert.That(none.IsOpen(now), Is.True);
            Assert.That(none.ClosesAt(now), Is.EqualTo(long.MaxValue));
            Assert.That(always.ClosesAt(now), Is.InRange(now + (14 * 24 * Hour), now + (15 * 24 * Hour)));
        });
    }

    [Test]
    public void Whatever_was_asked_before_the_answer_is_the_same()
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        MaintenanceWindow[] windows =
        [
            new(WindowDays.Sunday, new TimeOnly(2, 30), TimeSpan.FromHours(3)),
            new(WindowDays.Wednesday, new TimeOnly(23, 0), TimeSpan.FromMinutes(90)),
        ];
        WindowCalendar asked = new(windows, zone);
        Prng chance = new(11);
        long start = new DateTimeOffset(2026, 3, 20, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        for (int i = 0; i < 2000; i++)
        {
            long second = start + chance.Next(20 * 24 * 3600);
            Assert.That(asked.OpenFrom(second), Is.EqualTo(new WindowCalendar(windows, zone).OpenFrom(second)));
        }
    }

    private static long Second(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeSeconds();

    private static void Compare(TimeZoneInfo zone, MaintenanceWindow window, long from, long to)
    {
        WindowCalendar calendar = new([window], zone);
        NaiveWindows naive = new(new RolloutPolicy { Windows = [window] }, zone);
        for (long second = from - (from % 60); second < to; second += 60 * 7)
        {
            bool expected = naive.IsOpen(DateTimeOffset.FromUnixTimeSeconds(second));
            long open = calendar.OpenFrom(second);
            string what = $"{WindowText.Format(window)} in {zone.Id} at {DateTimeOffset.FromUnixTimeSeconds(second):u}";
            Assert.That(open == second, Is.EqualTo(expected), what);
            if (expected)
                continue;
            Assert.That(naive.IsOpen(DateTimeOffset.FromUnixTimeSeconds(open)), Is.True, what);
            Assert.That(naive.IsOpen(DateTimeOffset.FromUnixTimeSeconds(open - 60)), Is.False, what);
        }
    }

    private static MaintenanceWindow WindowOf(Prng chance) => new(
        (WindowDays)chance.Next(1, 128), new TimeOnly(chance.Next(4), chance.Next(60)),
        TimeSpan.FromMinutes(chance.Next(10, 300)));

    private static TimeSpan Offset(TimeZoneInfo zone, long second) =>
        zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(second));
}
