using System.Text;
using System.Text.Json;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Store;
using CoreNode.Tests.Api.Fleet;
using CoreNode.Tests.EndToEnd;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Cli.Units;

/// <summary>What people are told when something about units is not as they thought, and the exit codes.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class UnitMessagesTests
{
    private const string M1 = "1315e07d00000000000000000000abcd";
    private const string M2 = "2aaaaaaa00000000000000000000abcd";
    private const string Text = "[Unit]\nDescription=Web %i\n[Service]\nExecStart=/bin/sleep 9\n";

    private FleetHarness _fleet = null!;
    private FakeFleet _machines = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TestFolder();
        _fleet = await FleetHarness.StartAsync();
        await _fleet.RegisterAsync(M1, "10.0.0.3");
        await _fleet.RegisterAsync(M2, "10.0.0.4");
        _machines = FakeFleet.Start(_fleet.Client);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _machines.DisposeAsync();
        await _fleet.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_slip_in_a_name_is_answered_with_the_name_that_was_meant()
    {
        await RunAsync("unit", "start", File("hello.service", Text));
        string[] commands = ["stop", "unload", "restart", "destroy", "cat", "status", "journal", "ssh"];
        foreach (string command in commands)
        {
            CliRun run = await RunAsync("unit", command, "hallo");
            Assert.That(run.ExitCode, Is.EqualTo(4), command);
            Assert.That(
                run.Error,
                Is.EqualTo("there is no unit hallo.service in the cluster; did you mean hello.service?\n"),
                command);
        }

        CliRun typo = await RunAsync("unit", "start", _folder.File("other.servce"));
        Assert.That(typo.ExitCode, Is.EqualTo(4));
        Assert.That(typo.Error, Is.EqualTo("other.servce.service: not in the cluster, and there is no file "
            + $"{_folder.File("other.servce.service")}; did you mean other.service?\n"));
        File("gate.service", Text);
        typo = await RunAsync("unit", "start", _folder.File("gaet"));
        Assert.That(typo.Error, Does.Contain("did you mean gate.service?"), "a file");
        typo = await RunAsync("unit", "stop", "unheard-of");
        Assert.That(typo.Error, Does.Contain("`corenode unit list` shows which there are"));
    }

    [TestCase("unit start --wait abc web", "--wait is a number of seconds, such as 30 or 0.5, not 'abc'")]
    [TestCase("unit start --wait -1 web", "--wait is a number of seconds")]
    [TestCase("unit start --wait 0 web", "--no-block does not wait")]
    [TestCase("machine drain --wait soon 1315", "--wait is a number of seconds")]
    [TestCase("unit journal -n many web", "--lines is a number of lines, 0 for all, not 'many'")]
    [TestCase("unit journal -n -5 web", "--lines is a number of lines")]
    [TestCase("unit list [a", "'[a' is no pattern")]
    [TestCase("unit stat web", "did you mean `corenode unit status`?")]
    [TestCase("unit start --repalce web", "unknown option --repalce; did you mean --replace?")]
    [TestCase("unit start", "UNIT is missing: a unit file, or the name of a unit")]
    [TestCase("machine metadata 1315 disk", "'disk' is no change; write key=value")]
    [TestCase("machine metadata 1315 a/b=c", "'a/b=c' is no change; write key=value: a key has letters")]
    public async Task Wrong_usage_is_told_in_the_users_words(string line, string message)
    {
        CliRun run = await RunAsync(line.Split(' '));
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(message).And.Contain("--help` for how it is used"));
        Assert.That(run.Error, Does.Not.Contain("System."));
    }

    [Test]
    public async Task A_unit_that_fails_is_shown_with_what_it_wrote_last()
    {
        _machines.Failing.Add("web.service");
        ScriptedMachines machine = _fleet.Machines.Other(M1);
        machine.Set("web.service", new UnitReport(new UnitStates("loaded", "failed", "failed")));
        machine.Log("web.service", "/bin/slep cannot be executed");
        CliRun run = await RunAsync("unit", "start", File("web.service", Text));
        Assert.That(run.ExitCode, Is.EqualTo(1));
        string[] lines = run.Error.Split('\n');
        Assert.That(lines[0], Is.EqualTo("web.service failed on 1315e07d/10.0.0.3: its program cannot be executed "
            + "(exit-code, status 203)"));
        Assert.That(lines[1], Does.EndWith("sh[42]: /bin/slep cannot be executed"));
        Assert.That(
            lines[2],
            Is.EqualTo("more of it: corenode unit status web.service, corenode unit journal web.service"));
    }

    [Test]
    public async Task One_wrong_name_keeps_no_other_unit_from_what_was_asked()
    {
        await RunAsync("unit", "start", File("a.service", Text), File("b.service", Text));
        CliRun run = await RunAsync("unit", "stop", "a", "unheard-of", "b");
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Output, Does.Contain("a.service loaded on").And.Contain("b.service loaded on"));
        run = await RunAsync("unit", "destroy", "unheard-of", "a", "b");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((4, "a.service destroyed\nb.service destroyed\n")));
    }

    [Test]
    public async Task A_restart_touches_nothing_if_one_of_the_units_is_not_started()
    {
        await RunAsync("unit", "start", File("a.service", Text));
        await RunAsync("unit", "load", File("b.service", Text));
        int starts = _machines.Starts["a.service"];
        CliRun run = await RunAsync("unit", "restart", "a", "b");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Is.EqualTo("b.service is not started; start it with `corenode unit start b.service`\n"));
        Assert.That(_machines.Starts["a.service"], Is.EqualTo(starts));
    }

    [Test]
    public async Task A_list_without_units_says_so_beside_its_headline()
    {
        CliRun run = await RunAsync("unit", "list");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (0, "the cluster has no units yet; `corenode unit start FILE` runs one\n")));
        run = await RunAsync("unit", "list", "web*");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "no unit's name matches 'web*'\n")));
        Assert.That((await RunAsync("unit", "list", "-o", "json")).Output, Does.Contain("\"units\":[]"));
    }

    [Test]
    public async Task Tables_in_a_pipe_have_no_blanks_at_line_ends_and_descriptions_are_filled_in()
    {
        await RunAsync("unit", "start", File("web@1.service", Text));
        foreach (string command in (string[])["unit list", "unit list-files", "machine list"])
        {
            CliRun run = await RunAsync(command.Split(' '));
            Assert.That(run.Output.Split('\n').Where(static line => line.EndsWith(' ')), Is.Empty, command);
        }

        Assert.That((await RunAsync("unit", "list-files")).Output, Does.Contain("Web 1"));
    }

    [Test]
    public async Task What_was_done_to_a_machine_is_said()
    {
        await RunAsync("unit", "list");
        CliRun run = await RunAsync("machine", "cordon", "1315");
        Assert.That(run.Output, Is.EqualTo("1315e07d/10.0.0.3 is cordoned: nothing new is placed there\n"));
        run = await RunAsync("machine", "uncordon", "1315");
        Assert.That(run.Output, Is.EqualTo("1315e07d/10.0.0.3 is in use again\n"));
        run = await RunAsync("machine", "metadata", "1315", "disk=ssd", "rack=");
        Assert.That(run.Output, Is.EqualTo("1315e07d/10.0.0.3 has disk=ssd, no rack now\n"));
        run = await RunAsync("machine", "cordon", "1315", "-o", "json");
        Assert.That(run.Output, Is.EqualTo($"{{\"id\":\"{M1}\"}}\n"));
    }

    [Test]
    public async Task A_drained_machine_is_empty_although_its_global_units_stay()
    {
        // Nobody writes schedules here, so that a wait for a global unit would not end.
        await RunAsync("unit", "start", "--no-block", File("log.service", Text + "[X-Fleet]\nGlobal=yes\n"));
        await _fleet.UntilAsync(
            "/corenode/v1/units?name=log*",
            static answer => answer.Body.Split("\"sub\":\"running\"").Length == 3);
        CliRun run = await RunAsync("machine", "drain", "1315", "--wait", "20");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Is.EqualTo("1315e07d is empty but for 1 global unit\n"));
        await RunAsync("unit", "start", File("web.service", Text + $"[X-Fleet]\nMachineID={M2}\n"));
        run = await RunAsync("machine", "drain", "2aaa", "--wait", "1.5");
        Assert.That(run.ExitCode, Is.EqualTo(1), "nothing moves it here");
        Assert.That(run.Error, Does.Contain("waiting: 1 unit is still on 2aaaaaaa"));
        Assert.That(run.Error, Does.Contain("`corenode machine uncordon 2aaaaaaa` ends that"));
    }

    [Test]
    public async Task A_drain_ends_as_soon_as_nothing_can_leave_any_more()
    {
        foreach (string name in (string[])["one", "two"])
            await RunAsync("unit", "start", File(name + ".service", Text + $"[X-Fleet]\nMachineID={M2}\n"));
        await NoteAsync("one.service", "its machine is drained, but no other one can take it: no disk", true);
        Task<CliRun> draining = RunAsync("machine", "drain", "2aaa", "--wait", "40");
        await _fleet.UntilAsync(
            "/corenode/v1/machines", static answer => answer.Body.Contains("draining", StringComparison.Ordinal));
        Assert.That(draining.IsCompleted, Is.False, "two.service may leave");
        await NoteAsync("two.service", "machine 2aaaaaaa is drained, but it has not left it in 90 s", true);
        CliRun run = await draining;
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.EndWith(
            "one.service stays: its machine is drained, but no other one can take it: no disk\n"
            + "two.service stays: machine 2aaaaaaa is drained, but it has not left it in 90 s\n"
            + "2 units are still on 2aaaaaaa; the others have left it, and whoever can leave later does\n"
            + "corenode machine uncordon 2aaaaaaa ends the drain\n"));
    }

    private Task NoteAsync(string unit, string reason, bool isStaying) => _fleet.Store.SetAsync(
        RegistryKeys.Default.JobNotice(unit),
        RegistryValues.WriteNotice(new JobNotice(reason) { IsStaying = isStaying }), KvSetOptions.None, default);

    [Test]
    public async Task Without_waiting_json_names_the_units()
    {
        string file = File("web.service", Text);
        foreach (string command in (string[])["submit", "start --no-block", "stop --no-block", "destroy --no-block"])
        {
            string[] words = ["unit", .. command.Split(' '), "-o", "json", command[0] == 's' ? file : "web"];
            CliRun run = await RunAsync(words);
            Assert.That(run.Output, Is.EqualTo("{\"units\":[{\"name\":\"web.service\"}]}\n"), command);
        }
    }

    [Test]
    public async Task A_file_that_is_no_text_is_told_with_its_line()
    {
        await VerifyAsync("a.service", Encoding.Unicode.GetPreamble(), 1, ":1: error: this is UTF-16: save it as");
        await VerifyAsync("b.service", [.. "[Service]\nA="u8, 0xE4], 1, ":2: error: a byte that is no UTF-8");
        await VerifyAsync("c.service", [.. "[Service]\n"u8, 0], 1, ":2: error: a NUL character: this is no text");
        await VerifyAsync("d.service", [], 1, ": error: no option at all: the file is empty");
        await VerifyAsync(
            "e.service",
            [.. Encoding.UTF8.GetPreamble(), .. "[Service]\r\n\tExecStart = /bin/a\t-b \\\r\n  c\r\n"u8],
            0,
            ": no mistake found");
        CliRun run = await CliRun.OfAsync(["unit", "verify", _folder.Path]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, $"{_folder.Path}: error: is a folder, no unit file\n")));
        run = await CliRun.OfAsync(["unit", "verify", _folder.File("none.service"), "-o", "json"]);
        Assert.That(run.ExitCode, Is.EqualTo(4));
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.That(
            json.RootElement.GetProperty("problems")[0].GetProperty("message").GetString(),
            Is.EqualTo("there is no such file"));
        run = await CliRun.OfAsync(["unit", "verify", "/dev/zero"]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Is.EqualTo("/dev/zero: error: is longer than 2 MiB: no unit is\n"));
    }

    private async Task VerifyAsync(string name, byte[] content, int exitCode, string message)
    {
        string path = _folder.File(name);
        await System.IO.File.WriteAllBytesAsync(path, content);
        CliRun run = await CliRun.OfAsync(["unit", "verify", path]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((exitCode, run.Output)));
        Assert.That(run.Output, Does.Contain(path + message));
    }

    private string File(string name, string text)
    {
        string path = _folder.File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private Task<CliRun> RunAsync(params string[] args) =>
        CliRun.OfAsync(args, endpoints: _fleet.Url.ToString().TrimEnd('/'));
}
