using CoreNode.Api;
using CoreNode.Cli;
using CoreNode.Tests.Api;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.Api.Updates;
using CoreNode.Tests.Updates.Desk;
using CoreNode.Updates.Desk;

namespace CoreNode.Tests.Cli.Updates;

/// <summary>`corenode update` against the real surface; the updates themselves are played.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class UpdateCommandsTests
{
    private UpdateHarness _api = null!;

    private FakeDesk Desk => _api.Desk;

    [SetUp]
    public async Task StartAsync() => _api = await UpdateHarness.StartAsync();

    [TearDown]
    public Task StopAsync() => _api.DisposeAsync().AsTask();

    [Test]
    public async Task Now_shows_each_step_and_ends_with_the_reboot_that_is_left()
    {
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "now");
        await GoAsync("available", "slot USR-B is cleared for 1.4.1");
        await GoAsync("downloading", "1.4.1 is fetched and written");
        await GoAsync("verifying", "1.4.1 is read back from the disk and compared");
        await GoAsync("need-reboot", "1.4.1 is installed in slot USR-B and waits for a reboot");
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.Zero, end.Error);
        Assert.That(end.Output, Is.EqualTo("""
            checking: the server is asked for an update
            available: slot USR-B is cleared for 1.4.1
            downloading: 1.4.1 is fetched and written
            verifying: 1.4.1 is read back from the disk and compared
            1.4.1 is installed in slot USR-B and waits for a reboot

            """));
        Assert.That(end.Error, Is.Empty);
    }

    [Test]
    public async Task Now_without_an_update_says_so_and_is_done()
    {
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "now");
        await GoAsync("idle", "no update: the server has none for this machine");
        CliRun end = await run;
        Assert.That((end.ExitCode, end.Output.Split('\n')[^2]), Is.EqualTo(
            (0, "no update: the server has none for this machine")), end.Error);
    }

    [Test]
    public async Task A_failure_is_never_shown_as_no_update()
    {
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "now");
        await FollowedAsync();
        Desk.Change(static view => view with
        {
            Stage = "idle",
            Reason = "the server answered with an HTTP error",
            LastFailure = new UpdateFailureView(2503, "OmahaHttp", "the server answered 503", 1_795_000_000),
        });
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.EqualTo(1));
        Assert.That(end.Output, Does.Not.Contain("no update"));
        Assert.That(end.Error, Is.EqualTo(
            "no update was installed: the server answered 503 (2503 OmahaHttp)\nnext: nothing by itself\n"));
    }

    [Test]
    public async Task Now_waits_for_the_next_address_and_tells_what_failed_at_each()
    {
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "now");
        await FollowedAsync();
        long soon = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 15;
        foreach (string stage in (string[])["reporting", "idle"])
            await FailAsync(stage, "no key (address 1 of 2: a)", soon);
        await FollowedAsync();
        Assert.That(run.IsCompleted, Is.False);
        await GoAsync("checking", "the server is asked for an update");
        await FailAsync("reporting", "cut off (address 2 of 2: b)", 0);
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.EqualTo(1));
        string[] lines = end.Output.Split('\n');
        Assert.That(lines[0], Is.EqualTo("checking: the server is asked for an update"));
        Assert.That(lines[1], Does.Match(
            "^failed: no key \\(address 1 of 2: a\\) \\(26 X\\); the next address at .* \\(in 1[0-9] s\\)$"));
        Assert.That(lines[2], Is.EqualTo("checking: the server is asked for an update"));
        Assert.That(end.Error, Does.StartWith(
            "no update was installed: no key (address 1 of 2: a) (26 X); then cut off (address 2 of 2: b) (26 X)\n"));
    }

    [Test]
    public async Task What_is_far_off_is_not_waited_for()
    {
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "now");
        await FollowedAsync();
        await FailAsync("idle", "no key", DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 200);
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.EqualTo(1));
        Assert.That(end.Error, Does.StartWith("no update was installed: no key (26 X)\nnext: the next address at "));
    }

    [Test]
    public async Task What_somebody_stops_meanwhile_is_not_done()
    {
        Begin("downloading", "1.4.1 is fetched and written");
        Task<CliRun> run = RunAsync("update", "now");
        await FollowedAsync();
        Desk.Remember(new UpdateHistoryItem { At = 7, Outcome = "Cancelled", Code = 107, Text = "it was stopped" });
        Desk.Change(static view => view with { Stage = "reporting", NextStep = "report" });
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.EqualTo(1));
        Assert.That(end.Error, Is.EqualTo(
            "no update was installed: it was stopped (107 Cancelled)\nnext: telling the server\n"));
    }

    [Test]
    public async Task What_a_rule_of_the_machine_passes_over_is_told_and_no_failure()
    {
        Desk.Remember(new UpdateHistoryItem { At = 6, Outcome = "Cancelled", Code = 107, Text = "of before" });
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "now");
        await FollowedAsync();
        Desk.Remember(new UpdateHistoryItem
        {
            At = 7,
            Outcome = "IgnoredPerPolicy",
            Code = 35,
            Text = "1.5.0 is passed over: this machine is pinned to 1.4",
        });
        Desk.Change(static view => view with { Stage = "idle", Reason = "of before" });
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.Zero, end.Error);
        Assert.That(end.Output, Does.EndWith("1.5.0 is passed over: this machine is pinned to 1.4\n"));
    }

    [Test]
    public async Task An_end_that_came_before_anybody_looked_is_the_end()
    {
        Desk.OnOrder = _ =>
        {
            Desk.Change(static view => view with { Stage = "idle", Reason = "no update" });
            return "";
        };
        CliRun end = await RunAsync("update", "now");
        Assert.That((end.ExitCode, end.Output), Is.EqualTo((0, "no update\n")), end.Error);
    }

    [Test]
    public async Task A_pause_is_told_with_its_reason()
    {
        Begin("downloading", "1.4.1 is fetched and written");
        Task<CliRun> run = RunAsync("update", "now");
        await GoAsync("downloading", "1.4.1 is fetched and written; it pauses: the store is not healthy");
        await GoAsync("downloading", "1.4.1 is fetched and written");
        await GoAsync("need-reboot", "done");
        Assert.That((await run).Output, Does.Contain("it pauses: the store is not healthy\ndownloading: 1.4.1 is"));
    }

    [Test]
    public async Task Programs_get_the_last_status_alone()
    {
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "now", "-o", "json");
        await GoAsync("need-reboot", "done");
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.Zero, end.Error);
        Assert.That(end.Output, Does.StartWith("{\"stage\":\"need-reboot\"").And.EndsWith("}\n"));
        Assert.That(end.Output.Split('\n'), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_refusal_is_a_failure_with_its_reason()
    {
        Desk.OnOrder = static _ => "no server is asked: SERVER=disabled";
        CliRun run = await RunAsync("update", "now");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (1, "update now: no server is asked: SERVER=disabled\n")));
    }

    [TestCase("now")]
    [TestCase("rollback")]
    public async Task What_need_not_be_waited_for_is_only_begun(string word)
    {
        Begin("checking", "the server is asked for an update");
        CliRun run = await RunAsync("update", word, "--no-block");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo(
            (0, "checking: the server is asked for an update\n")), run.Error);
    }

    [Test]
    public async Task A_check_tells_what_the_server_offers()
    {
        Begin("checking", "the server is asked for an update");
        Task<CliRun> run = RunAsync("update", "check");
        await FollowedAsync();
        Desk.Remember(new UpdateHistoryItem
        {
            At = 7,
            Outcome = "DeferredPerPolicy",
            Code = 36,
            Text = "1.4.1 is there: \"corenode update now\" takes it",
        });
        Desk.Change(static view => view with { Stage = "reporting" });
        CliRun end = await run;
        Assert.That(end.ExitCode, Is.Zero, end.Error);
        Assert.That(end.Output, Does.EndWith("1.4.1 is there: \"corenode update now\" takes it\n"));
        Assert.That(Desk.Orders.Single().Kind, Is.EqualTo(UpdateOrderKind.Check));
    }

    [Test]
    public async Task A_rollback_waits_until_the_other_slot_is_next_and_blames_nothing_of_before()
    {
        Desk.Change(static view => view with { LastFailure = new UpdateFailureView(9, "X", "of before", 1) });
        Begin("finalizing", "1.3.9 is made the next to boot");
        Task<CliRun> run = RunAsync("update", "rollback");
        await GoAsync("idle", "taken back: the next boot stays on 1.4.0");
        CliRun end = await run;
        Assert.That((end.ExitCode, end.Output.Split('\n')[^2]), Is.EqualTo(
            (0, "taken back: the next boot stays on 1.4.0")), end.Error);
    }

    [Test]
    public async Task Small_orders_say_what_is_so_now()
    {
        Desk.OnOrder = order =>
        {
            Desk.Change(view => view with { Pinned = order.Version });
            return "";
        };
        Assert.That((await RunAsync("update", "pin", "1.4")).Output, Is.EqualTo("only 1.4 is taken from now on\n"));
        Assert.That((await RunAsync("update", "unpin")).Output, Is.EqualTo("any version is taken again\n"));
        Assert.That((await RunAsync("update", "cancel")).Output, Is.EqualTo("the update was stopped\n"));
        Assert.That((await RunAsync("update", "pin", "1.4", "-o", "json")).Output, Does.StartWith("{\"stage\":"));
        Assert.That(Desk.Orders.Select(static order => order.Kind), Is.EqualTo((UpdateOrderKind[])
        [
            UpdateOrderKind.Pin, UpdateOrderKind.Unpin, UpdateOrderKind.Cancel, UpdateOrderKind.Pin,
        ]));
    }

    [Test]
    public async Task A_file_is_named_by_its_whole_path_on_the_machine_itself()
    {
        string file = _api.Folder.File("a.payload");
        await File.WriteAllTextAsync(file, "");
        Begin("need-reboot", "done");
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, file);
        CliRun run = await CliRun.OfAsync(
            ["update", "apply", relative, "--allow-downgrade", "--accept-bad"], endpoints: _api.Socket);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(Desk.Orders.Single(), Is.EqualTo(new UpdateOrder(UpdateOrderKind.Apply)
        {
            Url = file,
            IsDowngradeAllowed = true,
            IsBadAccepted = true,
        }));
        run = await CliRun.OfAsync(["update", "apply", file + ".not"], endpoints: _api.Socket);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((4, $"{file}.not: there is no such file\n")));
    }

    [Test]
    public async Task From_afar_a_file_needs_its_whole_path_and_time_goes_on()
    {
        CliRun run = await RunAsync("update", "apply", "a.payload");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("'a.payload' is a file on the machine that is asked"));
        run = await RunAsync("update", "apply", "/a.payload", "--allow-downgrade");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("does not allow it: allowDowngrade needs a hand on the machine"));
        Assert.That(Desk.Orders, Is.Empty);
    }

    [Test]
    public async Task A_node_that_is_not_there_or_has_no_updates_is_told_apart()
    {
        CliRun run = await CliRun.OfAsync(["update", "now"], endpoints: "http://127.0.0.1:1");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        await using ApiHarness other = await ApiHarness.StartAsync(new ApiOptions
        {
            ListenClientUrls = [new Uri("http://127.0.0.1:0")],
            ListenAdminUrls = [new Uri("http://127.0.0.1:0")],
        });
        run = await CliRun.OfAsync(["update", "status"], endpoints: other.AdminUrls[0].ToString());
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("does not look after the updates of its machine"));
    }

    [Test]
    public async Task The_history_is_shown_newest_first()
    {
        Assert.That((await RunAsync("update", "history")).Output, Is.EqualTo("nothing was tried yet\n"));
        Desk.Remember(new UpdateHistoryItem { At = 1, From = "1.3", To = "1.4", Outcome = "Success", Text = "fine" });
        Desk.Remember(new UpdateHistoryItem { At = 2, From = "1.4", Outcome = "Rollback", Code = 44, Text = "back" });
        string[] lines = (await RunAsync("update", "history")).Output.Split('\n');
        Assert.That(lines[0], Is.EqualTo("AT                  FROM TO  OUTCOME     TEXT"));
        Assert.That(lines[1], Does.EndWith("1.4  -   44 Rollback back"));
        Assert.That(lines[2], Does.EndWith("1.3  1.4 Success     fine"));
        string json = (await RunAsync("update", "history", "-o", "json")).Output;
        Assert.That(json, Does.StartWith("{\"entries\":[{\"at\":1"));
    }

    [Test]
    public async Task Following_goes_on_over_the_ends_of_updates()
    {
        using CancellationTokenSource stop = new();
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error, endpoints: _api.Endpoint) with { Cancellation = stop.Token };
        Task<int> run = CommandLine.RunAsAsync("corenode", ["update", "status", "-f"], host);
        await GoAsync("checking", "the server is asked");
        await GoAsync("idle", "no update");
        await GoAsync("checking", "again");
        await FakeDesk.UntilAsync(() => output.ToString().Contains("again", StringComparison.Ordinal), "no line");
        await stop.CancelAsync();
        Assert.That(await run, Is.Zero, error.ToString());
        Assert.That(output.ToString(), Is.EqualTo(
            "idle: nothing has been checked yet\nchecking: the server is asked\nidle: no update\nchecking: again\n"));
    }

    [Test]
    public async Task Whoever_watches_a_terminal_sees_a_bar_that_goes_with_the_download()
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error, endpoints: _api.Endpoint) with { IsErrorTerminal = true };
        Begin("checking", "the server is asked for an update");
        Task<int> run = CommandLine.RunAsAsync("corenode", ["update", "now"], host);
        await FollowedAsync();
        Desk.Change(static view => view with
        {
            Stage = "downloading",
            Reason = "1.4.1 is fetched and written",
            NewVersion = "1.4.1",
            BytesDone = 100_000_000,
            BytesTotal = 400_000_000,
        });
        await GoAsync("need-reboot", "done");
        Assert.That(await run, Is.Zero);
        Assert.That(error.ToString(), Does.StartWith("\r1.4.1 [######                  ] 25 %, 100.0 of 400.0 MB\r"));
        Assert.That(error.ToString().Split('\r')[^1], Is.Empty, "the line is cleared before the end is told");
        Assert.That(output.ToString(), Does.EndWith("downloading: 1.4.1 is fetched and written\ndone\n"));
    }

    [Test]
    public async Task Programs_can_follow_line_by_line()
    {
        using CancellationTokenSource stop = new();
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error, endpoints: _api.Endpoint) with { Cancellation = stop.Token };
        Task<int> run = CommandLine.RunAsAsync("corenode", ["update", "status", "-f", "-o", "json"], host);
        await GoAsync("checking", "the server is asked");
        await FakeDesk.UntilAsync(() => output.ToString().Split('\n').Length == 3, "no second line");
        await stop.CancelAsync();
        Assert.That(await run, Is.Zero, error.ToString());
        string[] lines = output.ToString().Split('\n');
        Assert.That(lines[0], Does.StartWith("{\"stage\":\"idle\"").And.EndsWith("}"));
        Assert.That(lines[1], Does.StartWith("{\"stage\":\"checking\""));
    }

    [Test]
    public async Task A_node_that_goes_away_for_a_moment_does_not_end_the_wait()
    {
        int calls = 0;
        await using ScriptedServer server = ScriptedServer.Start(request =>
        {
            if (request.Target.EndsWith("/history", StringComparison.Ordinal))
                return (200, """{"entries":[]}""", 0ul);
            if (request.Method == "POST")
                return (200, """{"stage":"checking","reason":"one"}""", 0ul);
            return ++calls switch
            {
                1 => (200, """{"stage":"available","reason":"two"}""" + "\n", 0ul),
                2 => (503, "", 0ul),
                _ => (200, """{"stage":"need-reboot","reason":"three"}""" + "\n", 0ul),
            };
        });
        CliRun run = await CliRun.OfAsync(["update", "now"], endpoints: server.Endpoint);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Is.EqualTo("checking: one\navailable: two\nthree\n"));
        Assert.That(run.Error, Is.EqualTo("the node does not answer now: waiting for it\n"));
    }

    // The order begins it.
    private async Task FailAsync(string stage, string text, long againAt)
    {
        await FollowedAsync();
        Desk.Change(view => view with
        {
            Stage = stage,
            NextStep = stage == "idle" ? "wait" : "report",
            AgainAt = againAt,
            LastFailure = new UpdateFailureView(26, "X", text, 1_795_000_000),
        });
    }

    private void Begin(string stage, string reason) => Desk.OnOrder = _ =>
    {
        Desk.Change(view => view with { Stage = stage, Reason = reason });
        return "";
    };

    // Each step is seen before the next one: what comes at once makes one.
    private async Task GoAsync(string stage, string reason)
    {
        await FollowedAsync();
        Desk.Change(view => view with { Stage = stage, Reason = reason });
    }

    private Task FollowedAsync() => FakeDesk.UntilAsync(() => Desk.Followers == 1, "nobody follows");

    private Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(args, endpoints: _api.Endpoint);
}
