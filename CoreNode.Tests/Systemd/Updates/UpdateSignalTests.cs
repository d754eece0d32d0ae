using CoreNode.Systemd.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Systemd.Updates;

[TestFixture, Category("Unit")]
internal sealed class UpdateSignalTests
{
    private static readonly UpdateSignal s_quarter = new(1, 0.25, "UPDATE_STATUS_DOWNLOADING", "1.4.1", 400);

    [TestCase(0.255, 1, false)]
    [TestCase(0.26, 1, true)]
    [TestCase(0.251, 10, true)]
    [TestCase(0.25, 60, false)]
    [TestCase(1, 0, true)]
    [TestCase(0.1, 0, true)]
    public void Progress_is_told_each_percent_and_each_ten_seconds(double progress, int seconds, bool isTold) =>
        Assert.That(
            (s_quarter with { Progress = progress }).IsWorthTelling(s_quarter, TimeSpan.FromSeconds(seconds)),
            Is.EqualTo(isTold));

    [Test]
    public void Every_other_change_is_told_at_once()
    {
        Assert.That(s_quarter.IsWorthTelling(null, TimeSpan.Zero), Is.True);
        UpdateSignal[] changes =
        [
            s_quarter with { LastCheckedTime = 2 },
            s_quarter with { CurrentOperation = "UPDATE_STATUS_IDLE" },
            s_quarter with { NewVersion = "1.4.2" },
            s_quarter with { NewSize = 401 },
        ];
        Assert.That(changes, Has.All.Matches<UpdateSignal>(one => one!.IsWorthTelling(s_quarter, TimeSpan.Zero)));
    }

    [Test]
    public void What_is_unknown_is_told_as_that_engine_does() => Assert.That(
        UpdateSignal.Of(new UpdateStatusView { Progress = double.NaN }),
        Is.EqualTo(new UpdateSignal(0, 0, "UPDATE_STATUS_IDLE", "0.0.0", 0)));
}
