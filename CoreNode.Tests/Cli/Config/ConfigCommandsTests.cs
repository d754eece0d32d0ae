using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Cli;
using CoreNode.Cli.Config;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Cli.Config;

/// <summary>corenode config: what is asked of the office, what is printed, how it ends.</summary>
[TestFixture, Category("Unit")]
internal sealed class ConfigCommandsTests
{
    private static readonly Finding s_error = new(
        Severity.Error, "a.yaml", new TextPlace(3, 5), "coreos.unitz", "unknown key", "write units");

    private static readonly Finding s_warning = new(
        Severity.Warning, "a.yaml", new TextPlace(7, 1), "users[0].sudo", "has no effect", "");

    private static readonly Finding s_note = new(
        Severity.Note, "a.yaml", TextPlace.None, "", "Ignition was applied before", "");

    private FakeConfigOffice _office = null!;

    [SetUp]
    public void MakeOffice() => _office = new FakeConfigOffice();

    [Test]
    public async Task Findings_are_a_table_and_an_error_is_exit_code_1()
    {
        _office.Report = _office.Report with { Findings = [s_error, s_warning, s_note] };
        CliRun run = await RunAsync("validate", "a.yaml");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Is.EqualTo("""
            PLACE SEVERITY KEY           REASON                      SUGGESTION
            3:5   error    coreos.unitz  unknown key                 write units
            7:1   warning  users[0].sudo has no effect               -
            -     note     -             Ignition was applied before -
            1 error, 1 warning, 1 note: it cannot be applied before the errors are mended

            """));
        Assert.That(
            (_office.Asked!.Where, _office.Asked.Root, _office.Asked.Limit),
            Is.EqualTo(("a.yaml", "/", TimeSpan.FromMinutes(5))));
    }

    [TestCase(false, 0)]
    [TestCase(true, 1)]
    public async Task Warnings_count_where_that_is_asked_for(bool isStrict, int code)
    {
        _office.Report = _office.Report with { Findings = [s_warning, s_note] };
        CliRun run = isStrict
            ? await RunAsync("validate", "--strict", "a.yaml") : await RunAsync("validate", "a.yaml");
        Assert.That(run.ExitCode, Is.EqualTo(code));
        Assert.That(run.Output, Does.EndWith("0 errors, 1 warning, 1 note: it can be applied\n"));
    }

    [Test]
    public async Task Several_inputs_are_told_apart()
    {
        _office.Report = new ConfigReport { Sources = ["EC2", "OEM"], Findings = [s_error with { Source = "OEM" }] };
        Assert.That((await RunAsync("validate", "a.yaml")).Output, Does.Contain("OEM:3:5 error"));
    }

    [Test]
    public async Task Programs_read_findings_as_json()
    {
        _office.Report = _office.Report with { Findings = [s_error, s_note] };
        CliRun run = await RunAsync("validate", "a.yaml", "-o", "json");
        JsonNode page = JsonNode.Parse(run.Output)!;
        Assert.That((run.ExitCode, (int?)page["errors"], (int?)page["notes"]), Is.EqualTo((1, 1, 1)));
        Assert.That(page["findings"]![0]!.ToJsonString(), Is.EqualTo(
            """
            {"severity":"error","source":"a.yaml","line":3,"column":5,"key":"coreos.unitz","reason":"unknown key",
            "suggestion":"write units"}
            """.ReplaceLineEndings("")));
    }

    [Test]
    public async Task Standard_input_is_read_and_a_terminal_is_not_waited_for()
    {
        CliRun run = await RunAsync(Encoding.UTF8.GetBytes("#cloud-config\n"), "validate", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(Encoding.UTF8.GetString(_office.Asked!.Content.Span), Is.EqualTo("#cloud-config\n"));
        run = await RunAsync("validate", "-");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("standard input is a terminal"));
    }

    [Test]
    public async Task The_plan_is_shown_or_that_there_is_none()
    {
        _office.Report = _office.Report with { Plan = "+ /etc/hostname\n", Changes = 1, Findings = [s_warning] };
        CliRun run = await RunAsync("render", "a.yaml", "--root", "/mnt/x/");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "+ /etc/hostname\n")));
        Assert.That(run.Error, Does.Contain("users[0].sudo"));
        Assert.That(_office.Asked!.Root, Is.EqualTo("/mnt/x/"));
        _office.Report = _office.Report with { Plan = "", Changes = 0 };
        Assert.That((await RunAsync("render", "a.yaml")).Output, Is.EqualTo("nothing to do\n"));
    }

    [Test]
    public async Task Nothing_is_rendered_of_what_is_refused()
    {
        _office.Report = _office.Report with { Plan = "+ /etc/hostname\n", Changes = 1, Findings = [s_error] };
        CliRun run = await RunAsync("render", "a.yaml");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.Contain("3:5").And.Contain("nothing of it can be applied"));
    }

    [Test]
    public async Task Steps_are_told_as_they_are_done()
    {
        _office.Steps = [new ConfigStep("write /etc/hostname", ""), new ConfigStep("start a.service", "")];
        CliRun run = await RunAsync("apply", "a.yaml");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Is.EqualTo("write /etc/hostname\nstart a.service\n2 changes made\n"));
        _office.Steps = [];
        Assert.That((await RunAsync("apply", "a.yaml")).Output, Is.EqualTo("nothing to do\n"));
        _office.Report = new ConfigReport();
        Assert.That((await RunAsync("apply")).Output, Does.StartWith("nothing to do: no source has"));
    }

    [Test]
    public async Task A_step_that_fails_is_a_problem()
    {
        _office.Steps = [new ConfigStep("write /a", ""), new ConfigStep("start b.service", "it says failed")];
        CliRun run = await RunAsync("apply", "a.yaml");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "write /a\n")));
        Assert.That(run.Error, Does.StartWith("start b.service: it says failed\n1 change could not be made"));
        run = await RunAsync("apply", "a.yaml", "-o", "json");
        JsonNode page = JsonNode.Parse(run.Output)!;
        Assert.That((run.ExitCode, (bool?)page["steps"]![0]!["done"]), Is.EqualTo((1, true)));
        Assert.That((string?)page["steps"]![1]!["reason"], Is.EqualTo("it says failed"));
    }

    [Test]
    public async Task What_is_asked_for_reaches_the_office()
    {
        await RunAsync("apply", "--from", "ec2", "--from", "oem", "--boot", "--timeout", "60");
        Assert.That(_office.Asked!.From, Is.EqualTo(new[] { "ec2", "oem" }));
        Assert.That((_office.Asked.IsBoot, _office.Asked.Limit), Is.EqualTo((true, TimeSpan.FromSeconds(60))));
        CliRun run = await RunAsync("apply", "a.yaml", "--from", "ec2");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("FILE and --from: say one of them"));
    }

    [Test]
    public async Task What_is_not_there_and_what_cannot_be_done_have_codes_of_their_own()
    {
        _office.Fault = new FileNotFoundException("a.yaml does not exist");
        CliRun run = await RunAsync("validate", "a.yaml");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((4, "a.yaml does not exist\n")));
        _office.Fault = new UnauthorizedAccessException("only root may");
        Assert.That((await RunAsync("apply", "a.yaml")).ExitCode, Is.EqualTo(1));
        Assert.That((await RunAsync("validate")).ExitCode, Is.EqualTo(2));
        _office.Fault = new FormatException("--from: \"ec3\" is no source");
        Assert.That((await RunAsync("apply", "--from", "ec3")).ExitCode, Is.EqualTo(2));
    }

    private Task<CliRun> RunAsync(params string[] args) => RunAsync(null, args);

    private async Task<CliRun> RunAsync(byte[]? input, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error, input) with { Configurations = _office };
        int code = await CommandLine.RunAsync(["config", .. args], host);
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
