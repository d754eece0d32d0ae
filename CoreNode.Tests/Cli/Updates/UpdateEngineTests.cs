using CoreNode.Tests.Api.Updates;
using CoreNode.Tests.Updates.Desk;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Cli.Updates;

/// <summary>The binary, called update_engine_client: that tool's flags and lines.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class UpdateEngineTests
{
    private UpdateHarness _api = null!;

    private FakeDesk Desk => _api.Desk;

    [SetUp]
    public async Task StartAsync() => _api = await UpdateHarness.StartAsync();

    [TearDown]
    public Task StopAsync() => _api.DisposeAsync().AsTask();

    [TestCase("-status")]
    [TestCase("--status")]
    [TestCase("--status=true")]
    [TestCase("-noupdate", "-status")]
    public async Task The_status_has_its_five_lines(params string[] args)
    {
        Desk.Change(static view => view with
        {
            Status = "UPDATE_STATUS_DOWNLOADING",
            Progress = 0.25,
            LastChecked = 1_371_571_123,
            NewVersion = "1.4.1",
            NewSize = 282_041_956,
        });
        CliRun run = await RunAsync(args);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Is.EqualTo("""
            LAST_CHECKED_TIME=1371571123
            PROGRESS=0.250000
            CURRENT_OP=UPDATE_STATUS_DOWNLOADING
            NEW_VERSION=1.4.1
            NEW_SIZE=282041956

            """));
    }

    [Test]
    public async Task No_version_is_called_as_that_tool_calls_it() =>
        Assert.That((await RunAsync("-status")).Output, Does.Contain("\nNEW_VERSION=0.0.0\nNEW_SIZE=0\n"));

    [Test]
    public async Task A_check_only_begins_the_update()
    {
        CliRun run = await RunAsync("-check_for_update");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "")), run.Error);
        Assert.That(Desk.Orders.Single().Kind, Is.EqualTo(UpdateOrderKind.Now));
    }

    [Test]
    public async Task An_update_is_waited_for_and_tells_how_it_goes()
    {
        Begin("UPDATE_STATUS_CHECKING_FOR_UPDATE");
        Task<CliRun> run = RunAsync("-update");
        await GoAsync("UPDATE_STATUS_DOWNLOADING");
        await GoAsync("UPDATE_STATUS_UPDATED_NEED_REBOOT");
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.Zero, end.Error);
        Assert.That(Operations(end), Is.EqualTo((string[])
        [
            "UPDATE_STATUS_CHECKING_FOR_UPDATE", "UPDATE_STATUS_DOWNLOADING", "UPDATE_STATUS_UPDATED_NEED_REBOOT",
        ]));
        Assert.That(end.Error, Does.EndWith("Update succeeded -- reboot needed.\n"));
    }

    [Test]
    public async Task An_update_that_failed_is_not_called_none()
    {
        Begin("UPDATE_STATUS_CHECKING_FOR_UPDATE");
        Task<CliRun> run = RunAsync("-update");
        await FollowedAsync();
        Desk.Change(static view => view with
        {
            Status = "UPDATE_STATUS_IDLE",
            LastFailure = new UpdateFailureView(9, "DownloadTransfer", "the transfer broke", 1),
        });
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.EqualTo(1));
        Assert.That(end.Error, Does.EndWith("Update failed: the transfer broke (9 DownloadTransfer)\n"));
    }

    [Test]
    public async Task Without_an_update_there_is_nothing_wrong()
    {
        Begin("UPDATE_STATUS_CHECKING_FOR_UPDATE");
        Task<CliRun> run = RunAsync("-update");
        await FollowedAsync();
        Desk.Change(static view => view with { Status = "UPDATE_STATUS_IDLE", Reason = "no update: none there" });
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.Zero);
        Assert.That(end.Error, Does.EndWith("No update was installed: no update: none there\n"));
    }

    [Test]
    public async Task An_update_that_waits_for_its_reboot_is_enough()
    {
        Desk.OnOrder = static _ => "1.4.1 waits for a reboot";
        Desk.Change(static view => view with { Status = "UPDATE_STATUS_UPDATED_NEED_REBOOT" });
        Assert.That((await RunAsync("-update")).ExitCode, Is.Zero);
        Desk.Change(static view => view with { Status = "UPDATE_STATUS_IDLE" });
        CliRun refused = await RunAsync("-update");
        Assert.That(refused.ExitCode, Is.EqualTo(1), "nothing is under way, and nothing was begun");
        Assert.That(refused.Error, Does.Contain("1.4.1 waits for a reboot"));
    }

    [Test]
    public async Task A_reset_that_is_refused_fails()
    {
        Assert.That((await RunAsync("-reset_status")).ExitCode, Is.Zero);
        Desk.OnOrder = static _ => "an update is under way";
        CliRun run = await RunAsync("-reset_status");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.EndWith("ResetStatus failed. an update is under way\n"));
        Assert.That(Desk.Orders[0].Kind, Is.EqualTo(UpdateOrderKind.Reset));
    }

    [Test]
    public async Task A_watch_shows_each_change_of_its_lines_until_the_node_ends()
    {
        Task<CliRun> run = RunAsync("-watch_for_updates");
        await GoAsync("UPDATE_STATUS_DOWNLOADING");
        await FollowedAsync();
        Desk.Change(static view => view with { Reason = "not in the lines" });
        await GoAsync("UPDATE_STATUS_IDLE");
        await FollowedAsync();
        await _api.Api.StopAsync();
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.EqualTo(1));
        Assert.That(Operations(end), Is.EqualTo((string[])
        [
            "UPDATE_STATUS_IDLE", "UPDATE_STATUS_DOWNLOADING", "UPDATE_STATUS_IDLE",
        ]));
    }

    [Test]
    public async Task Wrong_flags_and_no_flags_are_told()
    {
        CliRun run = await RunAsync("-stats");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.Contain("-stats"));
        run = await RunAsync();
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("-watch_for_updates"));
        run = await RunAsync("--help");
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain("-reset_status"));
        run = await CliRun.OfAsync("update_engine_client", ["-status"], null, "http://127.0.0.1:1");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("GetStatus failed."));
    }

    [Test]
    public async Task Corenode_speaks_it_under_its_own_name_too()
    {
        CliRun run = await CliRun.OfAsync(["update_engine_client", "-status"], endpoints: _api.Endpoint);
        Assert.That(run.Output, Does.StartWith("LAST_CHECKED_TIME=0\n"), run.Error);
    }

    private static string[] Operations(CliRun run) =>
    [
        .. run.Output.Split('\n').Where(static line => line.StartsWith("CURRENT_OP=", StringComparison.Ordinal))
            .Select(static line => line["CURRENT_OP=".Length..]),
    ];

    private void Begin(string status) => Desk.OnOrder = _ =>
    {
        Desk.Change(view => view with { Status = status });
        return "";
    };

    private async Task GoAsync(string status)
    {
        await FollowedAsync();
        Desk.Change(view => view with { Status = status });
    }

    private Task FollowedAsync() => FakeDesk.UntilAsync(() => Desk.Followers == 1, "nobody follows");

    private Task<CliRun> RunAsync(params string[] args) =>
        CliRun.OfAsync("update_engine_client", args, null, _api.Endpoint);
}
