using CoreNode.Tests.Api.Client;
using CoreNode.Tests.Api.Fleet;
using CoreNode.Tests.EndToEnd;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Cli.Units;

/// <summary>`corenode unit` and `machine` against the real surfaces; what runs units is played.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class UnitCommandsTests
{
    private const string M1 = "1315e07d00000000000000000000abcd";
    private const string M2 = "2aaaaaaa00000000000000000000abcd";
    private const string Text = "# hello\n[Unit]\nDescription=Web\n[Service]\nExecStart=/bin/sleep 9\n";

    private FleetHarness _fleet = null!;
    private FakeFleet _machines = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TestFolder();
        _fleet = await FleetHarness.StartAsync();
        await _fleet.RegisterAsync(M1, "10.0.0.3", ("rack", "7"));
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
    public async Task A_file_is_started_and_the_machine_told()
    {
        CliRun run = await RunAsync("unit", "start", File("web.service", Text));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Is.EqualTo("web.service launched on 1315e07d/10.0.0.3 (active, running)\n"));
        run = await RunAsync("unit", "stop", "web");
        Assert.That(run.Output, Is.EqualTo("web.service loaded on 1315e07d/10.0.0.3 (inactive, dead)\n"), run.Error);
        run = await RunAsync("unit", "unload", "web");
        Assert.That(run.Output, Is.EqualTo("web.service inactive\n"), run.Error);
        run = await RunAsync("unit", "cat", "web");
        Assert.That(run.Output, Is.EqualTo(UnitFile.Parse(Text, out _)!.Text));
        run = await RunAsync("unit", "destroy", "web");
        Assert.That(run.Output, Is.EqualTo("web.service destroyed\n"), run.Error);
        Assert.That((await RunAsync("unit", "cat", "web")).ExitCode, Is.EqualTo(4));
    }

    [Test]
    public async Task A_rollout_is_shown_paused_and_resumed()
    {
        await RunAsync("unit", "submit", File("web@.service", Text + "[X-Fleet]\nReplicas=2\nUpdatePolicy=rolling\n"));
        CliRun run = await RunAsync("unit", "rollout", "pause", "web@", "--reason", "it is Friday");
        Assert.That(
            run.Output,
            Is.EqualTo("web@.service: paused, 2 of 2 replicas have the new content; it is Friday\n"), run.Error);
        run = await RunAsync("unit", "rollout", "status", "web@", "-o", "json");
        Assert.That(run.Output, Does.Contain("\"rollout\":\"paused\"").And.Contain("\"isRolling\":true"));
        run = await RunAsync("unit", "rollout", "resume", "web@");
        Assert.That(run.Output, Does.StartWith("web@.service: done, 2 of 2 replicas"), run.Error);
        await RunAsync("unit", "submit", File("web.service", Text));
        run = await RunAsync("unit", "rollout", "status", "web");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (1, "web.service has no replicas: only a template with Replicas= has a rollout\n")));
        Assert.That((await RunAsync("unit", "rollout", "status", "wep@")).ExitCode, Is.EqualTo(4));
    }

    [Test]
    public async Task Instances_come_from_the_template_of_the_cluster_or_its_file()
    {
        string template = File("web@.service", Text);
        CliRun run = await RunAsync("unit", "start", _folder.File("web@1.service"), _folder.File("web@2"));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("web@1.service launched").And.Contain("web@2.service launched"));
        await RunAsync("unit", "submit", template);
        System.IO.File.Delete(template);
        run = await RunAsync("unit", "load", "web@3");
        Assert.That(run.Output, Does.StartWith("web@3.service loaded on"), run.Error);
        run = await RunAsync("unit", "list", "web@*");
        Assert.That(run.Output.Split('\n'), Has.Length.EqualTo(6));
    }

    [Test]
    public async Task A_container_file_is_the_service_that_is_made_of_it()
    {
        string file = File("box.container", "[Container]\nImage=localhost/a:1\n");
        CliRun run = await RunAsync("unit", "start", _folder.File("box"));
        Assert.That(run.Output, Does.StartWith("box.service launched on "), run.Error);
        run = await RunAsync("unit", "start", file);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")), "the same text");
        run = await RunAsync("unit", "cat", "box.container");
        Assert.That(run.Output, Does.Contain("[X-Container]\nImage=localhost/a:1\n").And.Contain("ExecStart="));
        File("box.container", "[Container]\nImage=localhost/a:2\n");
        Assert.That((await RunAsync("unit", "start", file)).Error, Does.Contain("--replace takes the file"));
        run = await RunAsync("unit", "submit", "--replace", file);
        Assert.That(run.Output, Is.EqualTo("box.service submitted\n"), run.Error);
        Assert.That((await RunAsync("unit", "cat", "box")).Output, Does.Contain("-d localhost/a:2\n"));
        Assert.That((await RunAsync("unit", "destroy", "box.container")).Output, Is.EqualTo("box.service destroyed\n"));

        File("box@.container", "[Container]\nImage=localhost/a:%i\n");
        run = await RunAsync("unit", "start", _folder.File("box@1.container"));
        Assert.That(run.Output, Does.StartWith("box@1.service launched on "), run.Error);
        run = await RunAsync("unit", "start", File("bad.container", "[Container]\nImage=a\nUsr=b\n"));
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("bad.container:3: ").And.Contain("did you mean User=?"));
        run = await RunAsync("unit", "verify", file, _folder.File("bad.container"));
        Assert.That(run.Output, Does.Contain("box.container: no mistake found").And.Contain("bad.container:3: "));
    }

    [Test]
    public async Task A_unit_that_no_one_has_is_not_found()
    {
        CliRun run = await RunAsync("unit", "start", _folder.File("web@1"));
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Error, Does.StartWith("web@1.service: neither it nor its template web@.service is in the"));
        run = await RunAsync("unit", "stop", "nothing");
        Assert.That(run.ExitCode, Is.EqualTo(4), run.Error);
        Assert.That(run.Error, Does.Contain("nothing.service"));
    }

    [Test]
    public async Task A_changed_file_is_taken_only_with_replace()
    {
        string file = File("web.service", Text);
        await RunAsync("unit", "start", file);
        File("web.service", Text + "Nice=5\n");
        CliRun run = await RunAsync("unit", "start", file);
        Assert.That(run.Error, Does.Contain("--replace takes the file"));
        Assert.That((await RunAsync("unit", "cat", "web")).Output, Does.Not.Contain("Nice=5"));
        run = await RunAsync("unit", "start", "--replace", file);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That((await RunAsync("unit", "cat", "web")).Output, Does.Contain("Nice=5"));
    }

    [Test]
    public async Task A_file_with_errors_is_refused_with_its_lines_and_not_submitted()
    {
        string file = File("web.service", "[Service]\nExecStart=sleep 9\n[X-Fleet]\nGlobal=yes\nMachineOf=a.service\n");
        CliRun run = await RunAsync("unit", "submit", file);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain($"{file}:2: error: ExecStart: \"sleep\" is no absolute path"));
        Assert.That(run.Error, Does.Contain(":5: error: Global cannot be used with MachineOf"));
        Assert.That((await RunAsync("unit", "list-files")).Output, Does.Not.Contain("web.service"));
        run = await CliRun.OfAsync(["unit", "verify", file]);
        Assert.That((run.ExitCode, run.Output.Split('\n').Length), Is.EqualTo((1, 3)), "without any node");
    }

    [Test]
    public async Task A_wait_ends_when_it_shall_and_says_why_the_unit_is_not_there()
    {
        string file = File("pin.service", Text + "[X-Fleet]\nMachineID=ffff\n");
        CliRun run = await RunAsync("unit", "start", "--wait", "1.5", file);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("waiting: pin.service is not there yet: "));
        Assert.That(run.Error, Does.Contain("gave up waiting for pin.service after 1.5 s"));
        run = await RunAsync("unit", "start", "--no-block", file);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "pin.service: to be started\n")));
    }

    [Test]
    public async Task What_is_listed_is_json_when_asked_for()
    {
        await RunAsync("unit", "start", File("web.service", Text));
        foreach (string command in (string[])["unit list", "machine list", "unit cat web", "unit start web"])
        {
            CliRun run = await RunAsync([.. command.Split(' '), "-o", "json"]);
            using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(run.Output);
            Assert.That(document.RootElement.ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Object), command);
        }
    }

    [Test]
    public async Task Status_and_journal_come_from_the_units_machine()
    {
        await RunAsync("unit", "start", File("web.service", Text));
        _fleet.Machines.Other(M1).Log("web.service", "one", "two");
        CliRun run = await RunAsync("unit", "journal", "-n", "1", "web");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.EndWith(" 1315e07d sh[42]: two\n"));
        run = await RunAsync("unit", "status", "web");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.StartWith("web.service - Web\n   wanted: launched, is: launched\n"));
        Assert.That(run.Output, Does.Contain("   machine: 1315e07d/10.0.0.3\n"));
    }

    [Test]
    public async Task Metadata_is_shown_set_hidden_and_taken_back()
    {
        await RunAsync("unit", "list");
        CliRun run = await RunAsync("machine", "metadata", "1315", "disk=ssd", "rack=");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That((await RunAsync("machine", "metadata", "10.0.0.3")).Output, Is.EqualTo("disk=ssd\n"));
        Assert.That((await RunAsync("machine", "metadata", "nobody")).ExitCode, Is.EqualTo(4));
    }

    [Test]
    public async Task A_cordon_is_shown_with_its_reason_and_taken_back()
    {
        CliRun run = await RunAsync("machine", "cordon", "2aaa", "--reason", "new disk");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That((await RunAsync("machine", "list")).Output, Does.Contain("cordoned: new disk"));
        await RunAsync("machine", "uncordon", "2aaa");
        Assert.That((await RunAsync("machine", "list")).Output, Does.Not.Contain("cordoned"));
        run = await RunAsync("machine", "drain", M2);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "2aaaaaaa is empty\n")), run.Error);
    }

    [Test]
    public async Task A_listener_that_serves_no_units_is_told_apart_from_a_unit_that_is_not_there()
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (404, "404 page not found", 0));
        CliRun run = await CliRun.OfAsync(["unit", "list"], endpoints: server.Endpoint);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"{server.Endpoint} does not serve units\n"));
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
