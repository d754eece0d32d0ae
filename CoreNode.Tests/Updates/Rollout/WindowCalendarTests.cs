using CoreNode.Foundation;
using CoreNode.Tests.Simulation.Updates;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

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
