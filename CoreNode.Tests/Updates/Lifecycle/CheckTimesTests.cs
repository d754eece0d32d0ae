using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>When the server is asked.</summary>
[TestFixture, Category("Unit")]
internal sealed class CheckTimesTests
{
    private static readonly Moment s_now = new(DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1));
    private static readonly UpdateSettings s_settings = new();

    [Test]
    public void The_first_check_comes_7_minutes_after_the_start_give_or_take_5() =>
        AssertSpread(chance => CheckTimes.None.AfterStart(s_settings, s_now, chance), 2, 12);

    [Test]
    public void Later_ones_come_every_45_minutes_give_or_take_5() =>
        AssertSpread(chance => CheckTimes.None.After(s_settings, null, 0, s_now, chance), 40, 50);

    [Test]
    public void The_server_sets_another_interval_give_or_take_half_of_it() =>
        AssertSpread(
            chance => CheckTimes.None.After(s_settings, TimeSpan.FromMinutes(10), 0, s_now, chance), 5, 15);

    [Test]
    public void The_servers_interval_has_bounds()
    {
        AssertSpread(chance => CheckTimes.None.After(s_settings, TimeSpan.FromDays(400), 0, s_now, chance), 120, 360);
        AssertSpread(chance => CheckTimes.None.After(s_settings, TimeSpan.FromSeconds(-5), 0, s_now, chance), 0.5, 1.5);
    }

    [TestCase(500), TestCase(503)]
    public void An_overloaded_server_is_asked_half_as_often_each_time_down_to_every_4_hours(int status)
    {
        CheckTimes times = CheckTimes.None.AfterStart(s_settings, s_now, new Prng(1));
        List<double> minutes = [];
        for (int i = 0; i < 6; i++)
        {
            times = times.After(s_settings, null, status, s_now, new Prng(1));
            minutes.Add(times.LastInterval.TotalMinutes);
        }

        Assert.That(minutes, Is.EqualTo(new double[] { 45, 90, 180, 240, 240, 240 }));
        AssertSpread(chance => times.After(s_settings, null, status, s_now, chance), 120, 360);
        times = times.After(s_settings, null, 0, s_now, new Prng(1));
        Assert.That(times.LastInterval.TotalMinutes, Is.EqualTo(45));
    }

    [Test]
    public void Other_failures_do_not_change_the_interval() =>
        AssertSpread(chance => CheckTimes.None.After(s_settings, null, 404, s_now, chance), 40, 50);

    [Test]
    public void A_developers_machine_and_one_without_server_are_not_checked_by_themselves()
    {
        UpdateSettings developer = s_settings with { PeriodicOffReason = "developer" };
        UpdateSettings none = s_settings with { ServerOffReason = "SERVER=disabled" };
        foreach (UpdateSettings settings in (UpdateSettings[])[developer, none])
        {
            Assert.That(CheckTimes.None.AfterStart(settings, s_now, new Prng(1)).Next, Is.Null);
            Assert.That(CheckTimes.None.After(settings, null, 0, s_now, new Prng(1)).Next, Is.Null);
        }
    }

    // Within the bounds, and near both of them: a spread that is too small brings all machines at once.
    private static void AssertSpread(Func<Prng, CheckTimes> next, double fromMinutes, double toMinutes)
    {
        Prng chance = new(7);
        double[] waits =
            [.. Enumerable.Range(0, 500).Select(_ => (next(chance).Next!.Value - s_now.Uptime).TotalMinutes)];
        double tenth = (toMinutes - fromMinutes) / 10;
        Assert.That(waits.Min(), Is.InRange(fromMinutes, fromMinutes + tenth));
        Assert.That(waits.Max(), Is.InRange(toMinutes - tenth, toMinutes));
    }
}
