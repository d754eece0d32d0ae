using CoreNode.Cli.Fleetctl;
using CoreNode.Tests.Api.Fleet;
using CoreNode.Tests.EndToEnd;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Cli.Fleetctl;

/// <summary>Called as fleetctl: commands, tables and texts of fleetctl 1.0 over the real fleet surface.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class FleetctlTests
{
    private const string M1 = "1315e07d00000000000000000000abcd";
    private const string M2 = "2aaaaaaa00000000000000000000abcd";
    private const string Text = "[Unit]\nDescription=Web\n\n[Service]\nExecStart=/bin/sleep 9\n";

    private FleetHarness _fleet = null!;
    private FakeFleet _machines = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TestFolder();
        _fleet = await FleetHarness.StartAsync();
        await _fleet.RegisterAsync(M1, "10.0.0.3", ("rack", "7"), ("disk", "ssd"));
        await _fleet.RegisterAsync(M2, "");
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
    public async Task Machines_are_listed_as_fleetctl_lists_them()
    {
        CliRun run = await RunAsync("list-machines");
        Assert.That(
            run.Output,
            Is.EqualTo("MACHINE\t\tIP\t\tMETADATA\n1315e07d...\t10.0.0.3\tdisk=ssd,rack=7\n2aaaaaaa...\t-\t\t-\n"),
            run.Error);
        run = await RunAsync("list-mach", "--full", "--no-legend", "--fields", "machine");
        Assert.That(run.Output, Is.EqualTo($"{M1}\n{M2}\n"));
    }

    [Test]
    public async Task A_unit_goes_through_its_life()
    {
        string file = File("web.service", Text);
        Assert.That((await RunAsync("submit", file)).Output, Is.EqualTo("Unit web.service inactive\n"));
        Assert.That(
            (await RunAsync("load", file)).Output, Is.EqualTo("Unit web.service loaded on 1315e07d.../10.0.0.3\n"));
        Assert.That(
            (await RunAsync("start", "web")).Output, Is.EqualTo("Unit web.service launched on 1315e07d.../10.0.0.3\n"));
        Assert.That(
            (await RunAsync("list-units")).Output,
            Is.EqualTo("UNIT\t\tMACHINE\t\t\tACTIVE\tSUB\nweb.service\t1315e07d.../10.0.0.3\tactive\trunning\n"));
        string hash = UnitFile.Parse(Text, out _)!.Hash[..7];
        Assert.That(
            (await RunAsync("list-unit-files")).Output,
            Is.EqualTo("UNIT\t\tHASH\tDSTATE\t\tSTATE\t\tTARGET\n"
                + $"web.service\t{hash}\tlaunched\tlaunched\t1315e07d.../10.0.0.3\n"));
        Assert.That((await RunAsync("cat", "web")).Output, Is.EqualTo(Text));
        CliRun run = await RunAsync("stop", "web");
        Assert.That(run.Output, Is.EqualTo("Unit web.service loaded on 1315e07d.../10.0.0.3\n"));
        Assert.That(run.Error, Is.EqualTo("Successfully stopped units [web.service].\n"));
        // A unit whose state is gone is inactive; its place may stand a moment longer, as under fleet.
        Assert.That(
            (await RunAsync("unload", "web")).Output, Does.Match("^Unit web.service inactive( on 1315e07d[^ ]*)?\n$"));
        run = await RunAsync("stop", "web");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "Unable to stop unit web.service in state inactive\n")));
        Assert.That((await RunAsync("destroy", "web")).Output, Is.EqualTo("Destroyed web.service\n"));
        run = await RunAsync("stop", "web");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "Units not found in registry\n")));
    }

    [Test]
    public async Task Tables_have_fleetctls_columns_to_the_byte()
    {
        Assert.That((await RunAsync("list-units")).Output, Is.EqualTo("UNIT\tMACHINE\tACTIVE\tSUB\n"));
        Assert.That((await RunAsync("list-unit-files", "--no-legend")).Output, Is.Empty);
        await RunAsync("start", File("a-unit-with-a-long-name.service", Text));
        await RunAsync("submit", File("b.service", "[Service]\nExecStart=/bin/true\n"));
        await RunAsync("start", File("g.service", Text + "\n[X-Fleet]\nGlobal=true\n"));
        string hash = UnitFile.Parse(Text, out _)!.Hash;
        string plain = UnitFile.Parse("[Service]\nExecStart=/bin/true\n", out _)!.Hash;
        string spread = UnitFile.Parse(Text + "\n[X-Fleet]\nGlobal=true\n", out _)!.Hash;
        await _fleet.UntilAsync(
            "/fleet/v1/state?unitName=g.service", static a => a.Body.Split("\"active\"").Length == 3);
        CliRun run = await RunAsync("list-units", "--full", "--fields=unit,load,active,sub,machine,hash");
        Assert.That(run.Output, Is.EqualTo(
            "UNIT\t\t\t\tLOAD\tACTIVE\tSUB\tMACHINE\t\t\t\t\t\tHASH\n"
            + $"a-unit-with-a-long-name.service\tloaded\tactive\trunning\t{M1}/10.0.0.3\t{hash}\n"
            + $"g.service\t\t\tloaded\tactive\trunning\t{M1}/10.0.0.3\t{spread}\n"
            + $"g.service\t\t\tloaded\tactive\trunning\t{M2}\t\t{spread}\n"), run.Error);
        run = await RunAsync("list-units", "--fields=machine,unit", "--no-legend");
        Assert.That(run.Output, Is.EqualTo(
            "1315e07d.../10.0.0.3\ta-unit-with-a-long-name.service\n1315e07d.../10.0.0.3\tg.service\n"
            + "2aaaaaaa...\t\tg.service\n"));
        run = await RunAsync("list-unit-files", "--fields", "unit,hash,dstate,state,target,global,desc");
        Assert.That(run.Output, Is.EqualTo(
            "UNIT\t\t\t\tHASH\tDSTATE\t\tSTATE\t\tTARGET\t\t\tGLOBAL\tDESC\n"
            + $"a-unit-with-a-long-name.service\t{hash[..7]}\tlaunched\tlaunched\t1315e07d.../10.0.0.3\tfalse\tWeb\n"
            + $"b.service\t\t\t{plain[..7]}\tinactive\tinactive\t-\t\t\tfalse\t-\n"
            + $"g.service\t\t\t{spread[..7]}\tlaunched\t-\t\tglobal\t\t\ttrue\tWeb\n"));
        run = await RunAsync("list-unit-files", "--full", "--no-legend", "--fields=hash,target");
        Assert.That(run.Output, Is.EqualTo($"{hash}\t{M1}/10.0.0.3\n{plain}\t-\n{spread}\tglobal\n"));
        run = await RunAsync("list-unit-files", "--fields=tmachine");
        Assert.That(run.Output, Does.StartWith("TMACHINE\n"));
        Assert.That(run.Error, Is.EqualTo(
            "WARNING: The \"tmachine\" field is deprecated. Use \"target\" instead\n"));
    }

    [Test]
    public async Task What_is_not_waited_for_is_triggered()
    {
        string file = File("late.service", Text);
        Assert.That(
            (await RunAsync("load", "--no-block", file)).Output,
            Is.EqualTo("Unit late.service inactive\nTriggered unit late.service load\n"));
        Assert.That(
            (await RunAsync("start", "--no-block", file)).Output, Is.EqualTo("Triggered unit late.service start\n"));
        await _fleet.UntilAsync(
            "/fleet/v1/units/late.service", static a => a.Body.Contains("\"currentState\":\"launched\""));
        Assert.That(
            (await RunAsync("stop", "--no-block", "late")).Output, Is.EqualTo("Triggered unit late.service stop\n"));
        await _fleet.UntilAsync(
            "/fleet/v1/units/late.service", static a => a.Body.Contains("\"currentState\":\"loaded\""));
        Assert.That(
            (await RunAsync("unload", "--no-block", "late")).Output,
            Is.EqualTo("Triggered unit late.service unload\n"));
    }

    [Test]
    public async Task A_restart_starts_a_unit_anew()
    {
        await RunAsync("start", File("web.service", Text));
        CliRun run = await RunAsync("restart", "web");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.EndWith("Unit(web.service) was restarted.\n"));
        Assert.That(_machines.Starts["web.service"], Is.EqualTo(2));
    }

    [Test]
    public async Task Templates_globals_and_what_is_not_waited_for()
    {
        File("web@.service", Text);
        CliRun run = await RunAsync("start", _folder.File("web@1.service"), _folder.File("web@2"));
        Assert.That(run.Output.Split('\n'), Has.Exactly(2).Contains("launched on"), run.Error);
        run = await RunAsync("start", File("all.service", Text + "\n[X-Fleet]\nGlobal=true\n"));
        Assert.That(run.Output, Does.EndWith("Triggered global unit all.service start\n"), run.Error);
        Assert.That((await RunAsync("list-unit-files", "--no-legend")).Output, Does.Contain("\t-\t\tglobal\n"));
        run = await RunAsync("start", "--no-block", File("late.service", Text));
        Assert.That(run.Output, Does.EndWith("Triggered unit late.service start\n"), run.Error);
    }

    [Test]
    public async Task A_changed_file_needs_replace()
    {
        string file = File("web.service", Text);
        await RunAsync("start", file);
        File("web.service", Text + "Nice=5\n");
        CliRun run = await RunAsync("start", file);
        Assert.That(run.Error, Is.EqualTo(
            $"WARNING: Unit web.service in registry differs from local unit file {file}. "
            + "Add --replace to override.\n"));
        run = await RunAsync("submit", "--replace", file);
        Assert.That(run.ExitCode, Is.EqualTo(1), "submit replaces inactive units only");
        run = await RunAsync("start", "--replace", file);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That((await RunAsync("cat", "web")).Output, Does.Contain("Nice=5"));
    }

    [Test]
    public async Task Attempts_limit_the_wait()
    {
        string file = File("pin.service", Text + "\n[X-Fleet]\nMachineID=ffff\n");
        CliRun run = await RunAsync("start", "--block-attempts=2", file);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(
            run.Error,
            Does.Contain("Error waiting for units: timed out waiting for unit pin.service to report state launched\n"));
    }

    [TestCase("bogus", 2, "fleetctl: unknown subcommand: \"bogus\"")]
    [TestCase("list-units --bogus", 2, "Error: flag provided but not defined: -bogus")]
    [TestCase("list-units --fields=unit,bogus", 1, "Invalid key in output format: \"bogus\"")]
    [TestCase("verify x", 2, "DEPRECATED")]
    [TestCase("start missing", 1, "unable to find Unit(missing.service) in Registry or on filesystem")]
    [TestCase("cat missing", 1, "Unit missing.service not found")]
    [TestCase("status missing", 1, "Unit missing.service does not exist.")]
    [TestCase("ssh missing", 1, "Unable to proceed: could not find matching unit or machine")]
    public async Task What_cannot_be_done_is_said(string line, int exitCode, string error)
    {
        CliRun run = await RunAsync(line.Split(' '));
        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Error, Does.Contain(error));
    }

    [TestCase("--version")]
    [TestCase("version")]
    public async Task The_version_is_fleetctls(string word) =>
        Assert.That((await RunAsync(word)).Output, Is.EqualTo("fleetctl version 1.0.0\n"));

    [TestCase("help", "COMMANDS:")]
    [TestCase("help start", "--block-attempts=0")]
    [TestCase("start --help", "--block-attempts=0")]
    public async Task Help_is_there(string line, string text) =>
        Assert.That((await RunAsync(line.Split(' '))).Output, Does.Contain(text));

    [Test]
    public void A_table_is_set_with_tabs_as_gos_tabwriter_does() =>
        Assert.That(
            TabTable.Format([["a", "b", "c"], ["1234567", "12345678", "x"], ["", "é", "y"]]),
            Is.EqualTo("a\tb\t\tc\n1234567\t12345678\tx\n\té\t\ty\n"));

    private string File(string name, string text)
    {
        string path = _folder.File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private Task<CliRun> RunAsync(params string[] args) =>
        CliRun.OfAsync("fleetctl", ["--endpoint", _fleet.Url.ToString().TrimEnd('/'), .. args], null, null);
}
