using System.Text.Json.Nodes;
using CoreNode.Tests.Api.UpdateServer;

namespace CoreNode.Tests.Cli.UpdateServer;

/// <summary>`corenode update-server …` against a real server over its unix socket.</summary>
[TestFixture, Category("Unit"), CancelAfter(120_000)]
internal sealed class UpdateServerCommandsTests
{
    private UpdateServerHarness _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await UpdateServerHarness.StartAsync();

    [TearDown]
    public Task StopAsync() => _server.DisposeAsync().AsTask();

    [Test]
    public async Task A_release_is_taken_in_rolled_out_and_followed()
    {
        await _server.DoneAsync("app", "add", "os", "--id", UpdateServerHarness.AppId);
        string added = await _server.DoneAsync("package", "add", await _server.MakePayloadAsync("1.4.1"));
        Assert.That(added, Does.StartWith("1.4.1 for amd64-usr is package :").And.Contain("verified"));
        await _server.DoneAsync("channel", "add", "stable");
        await _server.DoneAsync("group", "add", "servers", "--channel", "stable");
        await _server.DoneAsync("channel", "set", "stable", "1.4.1");
        Assert.That(await _server.CheckAsync("m1", "1.4.0"), Does.Contain("version=\"1.4.1\""));
        string list = await _server.DoneAsync("group", "list");
        Assert.That(list, Does.Contain("servers").And.Contain("1.4.1").And.Contain("1 at work"));
        Task<CliRun> wait = _server.RunAsync("group", "wait", "servers");
        await _server.TellAsync("m1", "1.4.0", 3, 1);
        await _server.CheckAsync("m1", "1.4.1");
        CliRun waited = await wait;
        Assert.That(waited.ExitCode, Is.Zero, waited.Error);
        Assert.That(waited.Output, Does.EndWith("1 of 1 run 1.4.1: done\n"));
        string machine = await _server.DoneAsync("machine", "show", "m1");
        Assert.That(machine, Does.Contain("RUNS        1.4.1\n"));
        string history = await _server.DoneAsync("machine", "history", "m1");
        Assert.That(history, Does.Contain("was offered 1.4.1").And.Contain("told event 3:1"));
    }

    [Test]
    public async Task Machines_that_an_operator_keeps_out_are_named_and_not_waited_for()
    {
        await _server.SeedAsync();
        await _server.DoneAsync("machine", "set", "m2", "--exempt");
        await _server.DoneAsync("machine", "set", "m3", "--pin", "1.4.0");
        foreach (string machine in new[] { "m1", "m2", "m3" })
            await _server.CheckAsync(machine, "1.4.0");
        string list = await _server.DoneAsync("group", "list");
        Assert.That(list, Does.Contain("1 at work, 2 exempt or pinned"));
        Task<CliRun> wait = _server.RunAsync("group", "wait", "servers");
        await _server.TellAsync("m1", "1.4.0", 3, 1);
        await _server.CheckAsync("m1", "1.4.1");
        CliRun waited = await wait;
        Assert.That(waited.ExitCode, Is.Zero, waited.Error);
        Assert.That(waited.Output, Does.EndWith("1 of 3 run 1.4.1: done, 2 exempt or pinned\n"));
        await _server.DoneAsync("machine", "set", "m3", "--pin", "1.4.1");
        list = await _server.DoneAsync("group", "list");
        Assert.That(list, Does.Contain("1 exempt or pinned").And.Not.Contain("done"));
    }

    [Test]
    public async Task A_policy_is_said_in_words_and_shown_in_words()
    {
        await _server.SeedAsync();
        string set = await _server.DoneAsync(
            "group", "set", "servers", "--wave", "5%:0h,25%:24h,100%:72h", "--window", "Mon-Fri 02:00 4h",
            "--window", "Sat 03:00 90m", "--timezone", "Europe/Berlin", "--max-at-a-time", "50", "--max-per-period",
            "200/1h", "--first-alone", "on", "--error-stop", "5%/20", "--poll-interval", "45m");
        Assert.That(set, Does.Contain("WAVES       5 % after 0s, 25 % after 1d, 100 % after 3d\n"));
        Assert.That(set, Does.Contain("WINDOWS     Mon-Fri 02:00 4h, Sat 03:00 1h30m (Europe/Berlin)\n"));
        Assert.That(set, Does.Contain("AT A TIME   50\nPER PERIOD  200 in 1h\nFIRST       one machine alone\n"));
        Assert.That(set, Does.Contain("STOP        when more than 5 % failed, and at least 20\n"));
        Assert.That(set, Does.Contain("ASK EVERY   45m\n"));
        string off = await _server.DoneAsync(
            "group", "set", "servers", "--wave", "none", "--window", "none", "--max-at-a-time", "none",
            "--max-per-period", "none", "--error-stop", "none", "--first-alone", "off", "--poll-interval", "none");
        Assert.That(off, Does.Contain("WAVES       everybody at once\nWINDOWS     always\nAT A TIME   no limit\n"));
        Assert.That(off, Does.Contain("STOP        never by itself\n"));
    }

    [TestCase("--wave 5%", "--wave: '5%' is no share with its time")]
    [TestCase("--wave x:1h", "--wave: 'x' is no share")]
    [TestCase("--wave 5%:1h:2h", "is no share with its time")]
    [TestCase("--max-per-period 200/", "is no number in a time")]
    [TestCase("--max-per-period none/1h", "is no number in a time")]
    [TestCase("--max-per-period x", "'x' is no whole number")]
    [TestCase("--max-at-a-time -1", "'-1' is no whole number")]
    [TestCase("--error-stop 101%", "is no share")]
    [TestCase("--error-stop 5%/1/2", "is no share with a number")]
    [TestCase("--first-alone maybe", "say on or off")]
    public async Task A_policy_that_cannot_be_read_is_wrong_usage(string option, string words)
    {
        await _server.SeedAsync();
        CliRun run = await _server.RunAsync(["group", "set", "servers", .. option.Split(' ')]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Error);
        Assert.That(run.Error, Does.Contain(words));
    }

    [TestCase("--window", "Mon 25:00 4h", "must be a window")]
    [TestCase("--timezone", "Mars/Olympus", "Mars/Olympus")]
    [TestCase("--wave", "50%:1h,10%:2h", "waves")]
    [TestCase("--grant-timeout", "1s", "grantTimeout")]
    public async Task A_policy_that_makes_no_sense_is_told_by_the_server(string option, string value, string words)
    {
        await _server.SeedAsync();
        CliRun run = await _server.RunAsync("group", "set", "servers", option, value);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")), run.Error);
        Assert.That(run.Error, Does.Contain(words));
    }

    [Test]
    public async Task A_machine_is_told_why_it_is_held_and_forced_through()
    {
        await _server.SeedAsync("1.4.1", "--updates", "off");
        Assert.That(await _server.CheckAsync("m1", "1.4.0"), Does.Contain("holdreason=\"disabled\""));
        string held = await _server.DoneAsync("machine", "list", "--group", "servers");
        Assert.That(held, Does.Contain("held: updates of this group"));
        await _server.DoneAsync("machine", "set", "m1", "--force", "--despite-stop", "--note", "ticket 4711");
        Assert.That(await _server.DoneAsync("machine", "show", "m1"), Does.Contain("ticket 4711"));
        Assert.That(await _server.CheckAsync("m1", "1.4.0"), Does.Contain("version=\"1.4.1\""));
        await _server.DoneAsync("machine", "set", "m1", "--clear");
        CliRun none = await _server.RunAsync("machine", "set", "m1");
        Assert.That((none.ExitCode, none.Error), Is.EqualTo((2, none.Error)));
        await _server.DoneAsync("machine", "forget", "m1");
        Assert.That(await _server.DoneAsync("machine", "list"), Is.EqualTo("there are none such\n"));
    }

    [Test]
    public async Task A_rollout_is_held_and_goes_on()
    {
        await _server.SeedAsync();
        await _server.DoneAsync("group", "pause", "servers", "--note", "market opens");
        Assert.That(await _server.CheckAsync("m1", "1.4.0"), Does.Contain("status=\"noupdate\""));
        string shown = await _server.DoneAsync("group", "show", "servers");
        Assert.That(shown, Does.Contain("paused ").And.Contain("market opens"));
        await _server.DoneAsync("group", "resume", "servers");
        Assert.That(await _server.CheckAsync("m1", "1.4.0"), Does.Contain("version=\"1.4.1\""));
    }

    [Test]
    public async Task A_machine_that_runs_something_newer_is_done_too()
    {
        await _server.SeedAsync();
        await _server.CheckAsync("m1", "1.5.0");
        await _server.CheckAsync("m2", "1.4.1");
        await _server.CheckAsync("m3", "1.4.0");
        string list = await _server.DoneAsync("group", "list");
        Assert.That(list, Does.Match(@"servers +\S+ +3 +1\.4\.1 +2 +1 at work"));
        await _server.CheckAsync("m3", "1.4.1");
        CliRun wait = await _server.RunAsync("group", "wait", "servers");
        Assert.That((wait.ExitCode, wait.Output), Is.EqualTo((0, "3 of 3 run 1.4.1 or newer: done\n")), wait.Error);
    }

    [Test]
    public async Task A_rollout_that_errors_stop_ends_the_wait_with_failure()
    {
        await _server.SeedAsync("1.4.1", "--error-stop", "0%/1");
        await _server.CheckAsync("m1", "1.4.0");
        await _server.CheckAsync("m2", "1.4.0");
        await _server.TellAsync("m1", "1.4.0", 3, 0, 9);
        CliRun wait = await _server.RunAsync("group", "wait", "servers");
        Assert.That(wait.ExitCode, Is.EqualTo(1), wait.Output);
        Assert.That(wait.Output, Does.Contain("STOPPED"));
        Assert.That(await _server.DoneAsync("status"), Does.Contain("STOPPED"));
        string failed = await _server.DoneAsync("machine", "list", "--state", "error");
        Assert.That(failed, Does.Contain("m1").And.Contain("(error 9)"));
    }

    [Test]
    public async Task Channels_lead_go_on_by_rule_and_have_floors()
    {
        await _server.SeedAsync();
        await _server.DoneAsync("package", "add", await _server.MakePayloadAsync("1.5.0"));
        await _server.DoneAsync("channel", "add", "beta");
        await _server.DoneAsync("channel", "set", "beta", "1.5.0");
        await _server.DoneAsync(
            "channel", "rule", "beta", "--to", "stable", "--soak", "3d", "--max-errors", "2%", "--min-succeeded", "1");
        Assert.That(await _server.DoneAsync("channel", "rule", "beta"), Does.Contain("beta: not yet: "));
        CliRun early = await _server.RunAsync("channel", "promote", "beta");
        Assert.That(early.ExitCode, Is.EqualTo(1), early.Output);
        await _server.DoneAsync("floor", "set", "stable", "1.4.1", "--reason", "new table");
        await _server.DoneAsync("channel", "promote", "beta", "stable", "--force");
        Assert.That(await _server.DoneAsync("floor", "list", "stable"), Does.Contain("1.4.1   new table"));
        string list = await _server.DoneAsync("channel", "list");
        Assert.That(list, Does.Contain("stable").And.Contain("1.5.0").And.Contain("1.4.1"));
        Assert.That(await _server.CheckAsync("m1", "1.4.0"), Does.Contain("version=\"1.4.1\""), "the floor first");
        await _server.DoneAsync("floor", "remove", "stable", "1.4.1");
        await _server.DoneAsync("channel", "rule", "beta", "--to", "none");
        await _server.DoneAsync("channel", "rename", "beta", "canary");
        await _server.DoneAsync("channel", "remove", "canary");
    }

    [Test]
    public async Task A_file_that_is_not_signed_is_refused_with_the_reason()
    {
        await _server.SeedAsync();
        string rubbish = _server.Folder.File("rubbish");
        await File.WriteAllTextAsync(rubbish, "<html>Bad gateway</html>");
        CliRun run = await _server.RunAsync("package", "add", rubbish);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")), run.Error);
        CliRun missing = await _server.RunAsync("package", "add", _server.Folder.File("none"));
        Assert.That(missing.ExitCode, Is.EqualTo(4), missing.Error);
    }

    [Test]
    public async Task An_export_and_a_backup_are_taken_in_by_other_servers()
    {
        await _server.SeedAsync();
        await _server.CheckAsync("m1", "1.4.0");
        string export = _server.Folder.File("1.4.1.export");
        await _server.DoneAsync("export", "1.4.1", "--out", export);
        await using UpdateServerHarness other = await UpdateServerHarness.StartAsync();
        File.Copy(_server.Folder.File("keys/a.pem"), other.Folder.File("keys/a.pem"));
        await other.DoneAsync("app", "add", "os", "--id", UpdateServerHarness.AppId);
        await other.DoneAsync("channel", "add", "stable");
        Assert.That(await other.DoneAsync("import", export, "--channel", "stable"), Does.Contain("taken in: "));
        Assert.That(await other.DoneAsync("channel", "list"), Does.Contain("1.4.1"));
        string backup = _server.Folder.File("backup");
        await _server.DoneAsync("backup", backup, "--with-payloads");
        CliRun again = await _server.RunAsync("backup", backup);
        Assert.That((again.ExitCode, again.Output), Is.EqualTo((1, "")), "nothing is overwritten");
        Assert.That(new FileInfo(backup).Length, Is.GreaterThan(new FileInfo(export).Length));
        string folder = _server.Folder.File("restored");
        string done = await _server.DoneAsync("restore", backup, "--data-dir", folder);
        Assert.That(done, Does.StartWith($"{folder}: 1 packages, 1 files of them are here").And.Contain("Start it: "));
        CliRun there = await _server.RunAsync("restore", backup, "--data-dir", folder);
        Assert.That((there.ExitCode, there.Output), Is.EqualTo((1, "")), "what is there is not replaced unasked");
        await _server.DoneAsync("restore", backup, "--data-dir", folder, "--replace");
        CliRun rubbish = await _server.RunAsync(
            "restore", _server.Folder.File("keys/a.pem"), "--data-dir", folder + "2");
        Assert.That((rubbish.ExitCode, rubbish.Output), Is.EqualTo((1, "")), rubbish.Error);
    }

    [Test]
    public async Task A_channel_follows_another_server_over_http()
    {
        await _server.SeedAsync();
        await using UpdateServerHarness follower = await UpdateServerHarness.StartAsync();
        await follower.DoneAsync("app", "add", "os", "--id", UpdateServerHarness.AppId);
        await follower.DoneAsync("channel", "add", "stable", "--board", UpdateServerHarness.Board);
        await follower.DoneAsync("sync", "follow", "stable", $"{_server.Url}v1/update/", "--track", "servers");
        CliRun untrusted = await follower.RunAsync("sync", "now", "stable");
        Assert.That((untrusted.ExitCode, untrusted.Output), Is.EqualTo((1, "")), "its key is not trusted here");
        Assert.That(await follower.DoneAsync("sync", "list"), Does.Contain("failed: "));
        File.Copy(_server.Folder.File("keys/a.pem"), follower.Folder.File("keys/a.pem"));
        Assert.That(await follower.DoneAsync("sync", "now", "stable"), Does.StartWith("stable: leads to 1.4.1"));
        Assert.That(await follower.DoneAsync("package", "list"), Does.Contain("sync http://127.0.0.1:"));
        await follower.DoneAsync("sync", "stop", "stable");
        await follower.DoneAsync("sync", "follow", "stable", "http://127.0.0.1:1/v1/update/");
        CliRun away = await follower.RunAsync("sync", "now", "stable");
        Assert.That((away.ExitCode, away.Output), Is.EqualTo((1, "")), away.Error);
        Assert.That(away.Error, Does.Contain("127.0.0.1:1"));
    }

    [Test]
    public async Task Where_several_could_be_meant_the_command_asks_which()
    {
        await _server.DoneAsync("app", "add", "a");
        await _server.DoneAsync("app", "add", "b");
        CliRun which = await _server.RunAsync("channel", "list");
        Assert.That((which.ExitCode, which.Error), Is.EqualTo((2, "say which application with --app: a, b\n")));
        await _server.DoneAsync("channel", "add", "stable", "--app", "a", "--board", "x");
        await _server.DoneAsync("channel", "add", "stable", "--app", "a", "--board", "y");
        CliRun board = await _server.RunAsync("channel", "set", "stable", "none", "--app", "a");
        Assert.That(board.Error, Does.Contain("say which with --board: x, y"));
        CliRun gone = await _server.RunAsync("app", "remove", "a");
        Assert.That((gone.ExitCode, gone.Error), Is.EqualTo(
            (2, "0 machines with their history and 0 packages would go\nsay --yes if you mean it\n")));
        await _server.DoneAsync("app", "remove", "a", "--yes");
    }

    [Test]
    public async Task A_token_opens_the_server_over_TCP_and_json_is_for_programs()
    {
        string secret = (await _server.DoneAsync("token", "add", "ci", "--role", "admin", "--days", "90")).Trim();
        string file = _server.Folder.File("token");
        await File.WriteAllTextAsync(file, secret + "\n");
        string url = _server.Url.ToString().TrimEnd('/');
        CliRun without = await CliRun.OfAsync(["update-server", "app", "list", "--endpoints", url]);
        Assert.That(without.ExitCode, Is.EqualTo(1));
        Assert.That(without.Error, Does.Contain("a token is needed").And.Contain("--token-file FILE"));
        CliRun with = await CliRun.OfAsync(
            ["update-server", "app", "add", "os", "-o", "json", "--endpoints", url, "--token-file", file]);
        Assert.That(with.ExitCode, Is.Zero, with.Error);
        Assert.That((string?)JsonNode.Parse(with.Output)!["name"], Is.EqualTo("os"));
        JsonNode tokens = JsonNode.Parse(await _server.DoneAsync("token", "list", "-o", "json"))!;
        Assert.That((string?)tokens["tokens"]![0]!["role"], Is.EqualTo("admin"));
        Assert.That(await _server.DoneAsync("audit"), Does.Contain("token ci"));
    }

    [Test]
    public async Task Without_a_server_it_is_said_where_none_is()
    {
        CliRun run = await CliRun.OfAsync(["update-server", "status", "--endpoints", "http://127.0.0.1:1"]);
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.StartWith("no update server reachable at http://127.0.0.1:1"));
        CliRun serve = await CliRun.OfAsync(["-o", "json", "update-server", "serve"]);
        Assert.That(serve.ExitCode, Is.EqualTo(2));
    }
}
