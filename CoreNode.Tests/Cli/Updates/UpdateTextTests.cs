using System.Globalization;
using CoreNode.Cli;
using CoreNode.Cli.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Cli.Updates;

[TestFixture, Category("Unit")]
internal sealed class UpdateTextTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_795_000_000);

    [Test]
    public void A_machine_at_rest_is_told_in_a_few_lines()
    {
        UpdateStatusView view = new()
        {
            RunningVersion = "1.4.0",
            RunningSlot = "USR-A",
            Reason = "no update: the server has none for this machine",
            LastChecked = 1_795_000_000 - 120,
            NextAt = 1_795_000_000 + 2580,
            Server = "https://a.example/",
            Group = "beta",
        };
        Assert.That(UpdateText.Lines(view, s_now), Is.EqualTo((string[])
        [
            "STAGE    idle",
            "RUNS     1.4.0 in USR-A",
            "REASON   no update: the server has none for this machine",
            $"NEXT     check at {Local(2580)} (in 43 min)",
            $"CHECKED  {Local(-120)} (2 min ago)",
            "SERVER   https://a.example/, group beta",
        ]));
    }

    [Test]
    public void An_update_under_way_is_told_with_all_that_is_odd_about_it()
    {
        UpdateStatusView view = new()
        {
            Stage = "downloading",
            BytesDone = 100_000_000,
            BytesTotal = 400_000_000,
            NewVersion = "1.4.1",
            NewSlot = "USR-B",
            NewSize = 400_000_000,
            NextStep = "apply",
            Source = "machine 7 (http://10.0.0.7:2380)",
            Hold = "the store is not healthy",
            Pinned = "1.4",
            LastFailure = new UpdateFailureView(9, "DownloadTransfer", "the transfer broke", 1_795_000_000 - 7200),
        };
        Assert.That(UpdateText.Lines(view, s_now), Is.EqualTo((string[])
        [
            "STAGE    downloading",
            "PROGRESS [######                  ] 25 %, 100.0 of 400.0 MB",
            "NEW      1.4.1 in USR-B, 400.0 MB",
            "FROM     machine 7 (http://10.0.0.7:2380)",
            "NEXT     apply now",
            "PAUSED   the store is not healthy",
            $"FAILED   {Local(-7200)} (2 h ago): the transfer broke (9 DownloadTransfer)",
            "PINNED   1.4",
            "CHECKED  never",
            "SERVER   none",
        ]));
    }

    [TestCase("idle", "wait", 0, "nothing by itself")]
    [TestCase("need-reboot", "wait", 5, "the reboot: `corenode reboot status` says when")]
    [TestCase("reporting", "report", 0, "telling the server")]
    [TestCase("verifying", "verify", 0, "verify now")]
    public void What_comes_next_is_told_in_a_few_words(string stage, string step, int at, string text) => Assert.That(
        UpdateText.Next(new UpdateStatusView { Stage = stage, NextStep = step, NextAt = at }, s_now),
        Is.EqualTo(text));

    [TestCase(0.2, "1 s")]
    [TestCase(99, "99 s")]
    [TestCase(101, "2 min")]
    [TestCase(7200, "2 h")]
    [TestCase(86400 * 3, "3 d")]
    public void Times_are_told_roughly(double seconds, string text) =>
        Assert.That(UpdateText.Length(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));

    [Test]
    public void What_was_there_before_says_nothing_about_the_speed() => Assert.That(
        ProgressLine.Line("1.4.1", 300_000_000, 400_000_000, TimeSpan.FromSeconds(10), 200_000_000),
        Is.EqualTo("1.4.1 [##################      ] 75 %, 300.0 of 400.0 MB, 10.0 MB/s, 10 s left"));

    private static string Local(int seconds) => s_now.AddSeconds(seconds).ToLocalTime().ToString(
        "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
