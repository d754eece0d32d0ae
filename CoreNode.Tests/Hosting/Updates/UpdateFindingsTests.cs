using CoreNode.Hosting;
using CoreNode.Hosting.Updates;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Updates.Desk;
using CoreNode.Updates.Client;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Hosting.Updates;

/// <summary>What doctor says of updates, and what it says to do.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpdateFindingsTests
{
    private static readonly UpdateStatusView s_idle = new() { RunningVersion = "1.4.0", RunningSlot = "USR-A" };

    [Test]
    public void What_runs_the_gate_and_the_last_failure_are_told()
    {
        List<UpdateFinding> fine = UpdateFindings.OfStatus(s_idle);
        Assert.That(fine.Select(static one => one.Level), Is.All.EqualTo(UpdateFindingLevel.Ok));
        Assert.That(fine[0].Text, Is.EqualTo("1.4.0 runs from USR-A; idle"));
        List<UpdateFinding> judged = UpdateFindings.OfStatus(s_idle with
        {
            Stage = "judging",
            Reason = "1.5 has to prove itself: this may be the site's fault",
            LastFailure = new UpdateFailureView(9, "DownloadTransfer", "it broke", 1),
        });
        Assert.That(judged.Select(static one => one.Level), Is.EqualTo((UpdateFindingLevel[])
            [UpdateFindingLevel.Ok, UpdateFindingLevel.Warning, UpdateFindingLevel.Warning]));
        Assert.That(judged[1].Text, Does.Contain("the site's fault"));
        Assert.That(judged[2].Text, Is.EqualTo("it broke (9 DownloadTransfer)"));
        Assert.That(
            UpdateFindings.OfStatus(new UpdateStatusView { Reason = "the slots cannot be read" })[0],
            Is.EqualTo(UpdateFinding.Problem("updates", "the slots cannot be read", "see the node's log")));
        Assert.That(UpdateFindings.OfStatus(s_idle with { Stage = "need-reboot" })[0].Advice, Does.Contain("reset"));
        Assert.That(
            UpdateFindings.OfStatus(s_idle with { Stage = "rolling-back" })[1].Level,
            Is.EqualTo(UpdateFindingLevel.Problem));
    }

    [Test]
    public void A_pin_keeps_newer_versions_away()
    {
        UpdateFinding pin = UpdateFindings.OfStatus(s_idle with { Pinned = "1.4" }).Single(
            static one => one.Level != UpdateFindingLevel.Ok);
        Assert.That(
            pin, Is.EqualTo(UpdateFinding.Warning(
                "pinned version", "only 1.4 is taken, and no newer one", "corenode update unpin")));
    }

    [Test]
    public void Only_versions_that_are_refused_are_bad()
    {
        BadVersion doubtful = new() { Version = "1.4", Strikes = 1 };
        BadVersion bad = new() { Version = "1.5", Strikes = BadVersion.Limit, Why = "node (dead)" };
        List<UpdateFinding> both = UpdateFindings.OfBadVersions([doubtful, bad]);
        Assert.That(both[0].Level, Is.EqualTo(UpdateFindingLevel.Ok), "it is tried again");
        UpdateFinding only = both[1];
        Assert.That(only.Text, Does.StartWith("1.5 went back on ").And.EndWith(": node (dead)"));
        Assert.That(only.Advice, Does.Contain("--accept-bad"));
    }

    [Test]
    public void A_server_is_away_or_there_or_off_on_purpose()
    {
        UpdateConfig config = Config("SERVER=https://u.example/v1/secret/\nGROUP=beta\n");
        Assert.That(
            UpdateFindings.OfServer(config, true).Single(),
            Is.EqualTo(UpdateFinding.Ok("update server", "https://u.example, group beta")));
        Assert.That(UpdateFindings.OfServer(config, false).Single().Level, Is.EqualTo(UpdateFindingLevel.Problem));
        UpdateFinding off = UpdateFindings.OfServer(Config("SERVER=disabled\n"), null).Single();
        Assert.That(off.Level, Is.EqualTo(UpdateFindingLevel.Warning), "it keeps the machine from updating");
        Assert.That(off.Text, Does.StartWith("none is asked: "));
        List<UpdateFinding> odd = UpdateFindings.OfServer(Config("SERVER=https://u.example/\nwhat is this\n"), true);
        Assert.That(odd.Last().What, Is.EqualTo("update settings"));
    }

    [Test]
    public void Keys_room_and_slots_have_their_limits()
    {
        Assert.That(UpdateFindings.OfKeys("/keys", 0, []).Level, Is.EqualTo(UpdateFindingLevel.Problem));
        Assert.That(UpdateFindings.OfKeys("/keys", 2, []).Text, Is.EqualTo("2 in /keys"));
        Assert.That(UpdateFindings.OfKeys("/keys", 2, ["x"]).Level, Is.EqualTo(UpdateFindingLevel.Warning));
        Assert.That(UpdateFindings.OfRoom("/d", 1 << 20).Level, Is.EqualTo(UpdateFindingLevel.Problem));
        Assert.That(UpdateFindings.OfRoom("/d", 50 << 20).Level, Is.EqualTo(UpdateFindingLevel.Warning));
        Assert.That(UpdateFindings.OfRoom("/d", 1L << 30).Level, Is.EqualTo(UpdateFindingLevel.Ok));
        Assert.That(
            UpdateFindings.OfSlots("/dev/x", [], "").Select(static one => one.What),
            Is.EqualTo((string[])["update slots", "running slot"]));
    }

    [Test]
    public async Task A_disk_is_looked_at_with_both_its_tables()
    {
        using TestFolder folder = new();
        string disk = folder.File("disk.img");
        byte[] image = new TestDisk
        {
            Sectors = 8192,
            Partitions =
            [
                new TestPartition(3, 2048, 3071) { Label = "USR-A", Attributes = TestPartition.Bits(1, 0, 1) },
                new TestPartition(4, 3072, 4095) { Label = "USR-B" },
            ],
        }.Build();
        await File.WriteAllBytesAsync(disk, image);
        FakeDesk desk = new();
        UpdateExaminer examiner = new(
            new UpdateOptions { IsOn = true, KeysFolder = folder.File("keys") }, desk,
            () => Config("SERVER=disabled\n"), static () => null, folder.File("data/updates"));
        Directory.CreateDirectory(folder.File("data"));
        IReadOnlyList<UpdateFinding> none = await examiner.ExamineAsync(default);
        Assert.That(none[0], Is.EqualTo(UpdateFinding.Ok("updates", desk.Status.Reason)), "no disk is no problem");
        Assert.That(none.Select(static one => one.What), Is.EqualTo((string[])["updates", "update state"]));
        examiner.Use(disk, null);
        IReadOnlyList<UpdateFinding> findings = await examiner.ExamineAsync(default);
        Assert.That(findings.Select(static one => $"{one.What}: {one.Level}"), Is.EqualTo((string[])
        [
            "updates: Ok", "health gate: Ok", "last update: Ok", "update server: Warning", "update keys: Problem",
            "partition table: Ok", "update slots: Ok", "update state: Ok",
        ]));
        Assert.That(findings[6].Text, Is.EqualTo($"{disk}: USR-A 1/0/1, USR-B 0/0/0"));
        image.AsSpan(^512).Clear();
        await File.WriteAllBytesAsync(disk, image);
        findings = await examiner.ExamineAsync(default);
        UpdateFinding table = findings.Single(static one => one.What == "partition table");
        Assert.That(table.Advice, Is.EqualTo($"corenode slot repair {disk}"));
    }

    private static UpdateConfig Config(string text)
    {
        using TestFolder root = new();
        Directory.CreateDirectory(root.File("etc/coreos"));
        File.WriteAllText(root.File("etc/coreos/update.conf"), text);
        return new UpdateConfigFiles(root.Path).Read(null, null);
    }
}
