using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using CoreNode.Cli;
using CoreNode.Cli.Doctor;
using CoreNode.Hosting;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Pki;

namespace CoreNode.Tests.Cli;

/// <summary>What doctor says of certificates, nodes, clocks and disks.</summary>
[TestFixture, Category("Unit"), SupportedOSPlatform("linux")]
internal sealed class DoctorTests
{
    // Nobody listens there.
    private const string Nowhere = "http://127.0.0.1:1";

    private const string Renewal = "renew it, corenode pki issue member a --renew --dir ";

    private TestFolder _folder = null!;
    private SteppedTime _time = null!;

    private string Pki => _folder.File("pki");

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        _time = new SteppedTime(new DateTimeOffset(2030, 6, 15, 12, 0, 0, TimeSpan.Zero));
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Good_certificates_are_ok_with_the_days_that_are_left()
    {
        await MakeAsync();
        JsonNode page = await JsonAsync();
        Assert.That(Levels(page), Is.EqualTo(new[] { "ok", "ok", "ok" }));
        Assert.That(Find(page, "a.crt").Text, Is.EqualTo("CN=a, O=corenode:members, 90 days left (2030-09-13)"));
    }

    [TestCase(59, "ok", "31 days left", "")]
    [TestCase(61, "warning", "expires in 29 days (2030-09-13)", Renewal)]
    [TestCase(89, "warning", "expires in 24 hours (2030-09-13)", Renewal)]
    [TestCase(93, "problem", "expired 3 days ago (2030-09-13)", Renewal)]
    public async Task A_certificate_that_ends_is_told_with_the_command_that_renews_it(
        int days, string level, string text, string advice)
    {
        await MakeAsync();
        _time.Advance(TimeSpan.FromDays(days));
        (string Level, string Text, string Advice) found = Find(await JsonAsync(), "a.crt");
        Assert.That(found.Level, Is.EqualTo(level));
        Assert.That(found.Text, Does.Contain(text));
        Assert.That(found.Advice, Does.StartWith(advice));
    }

    [Test]
    public async Task A_short_lived_certificate_is_to_be_renewed_in_its_last_third()
    {
        await MakeAsync();
        await RunAsync("pki", "issue", "client", "b", "--days", "6", "--dir", Pki);
        _time.Advance(TimeSpan.FromDays(3.9));
        Assert.That(Find(await JsonAsync(), "b.crt").Level, Is.EqualTo("ok"));
        _time.Advance(TimeSpan.FromDays(0.2));
        Assert.That(Find(await JsonAsync(), "b.crt").Level, Is.EqualTo("warning"));
    }

    [Test]
    public async Task A_CA_is_to_be_renewed_a_year_ahead()
    {
        await MakeAsync();
        _time.Advance(TimeSpan.FromDays(3650 - 364));
        (string Level, string Text, string Advice) found = Find(await JsonAsync(), "ca.crt");
        Assert.That(found.Level, Is.EqualTo("warning"));
        Assert.That(found.Advice, Is.EqualTo($"make its successor, corenode pki init --renew --dir {Pki}"));
    }

    [Test]
    public async Task What_does_not_fit_together_is_a_problem()
    {
        await MakeAsync();
        File.Copy(Path.Combine(Pki, "app.key"), Path.Combine(Pki, "a.key"), overwrite: true);
        Assert.That(Find(await JsonAsync(), "a.crt").Text, Does.Contain("a.key does not belong to the certificate in"));
        await RunAsync("pki", "issue", "member", "a", "--renew", "--dir", Pki);
        File.SetUnixFileMode(Path.Combine(Pki, "a.key"), (UnixFileMode)0x1A4);
        Assert.That(Find(await JsonAsync(), "a.crt").Text, Does.Contain("a.key is open to other users (mode 644)"));
        File.SetUnixFileMode(Path.Combine(Pki, "a.key"), (UnixFileMode)0x180);
        await RunAsync("pki", "init", "--force", "--dir", Pki);
        Assert.That(Find(await JsonAsync(), "a.crt").Text, Does.Contain(
            $"holds a certificate (CN=a, O=corenode:members) that is signed by CN=corenode CA ")
            .And.EndsWith($", which is not in {Pki}/ca.crt"));
        File.WriteAllText(Path.Combine(Pki, "bad.crt"), "hello");
        Assert.That(Find(await JsonAsync(), "bad.crt").Text, Does.EndWith(
            "holds no PEM certificate (-----BEGIN CERTIFICATE-----)"));
    }

    [Test]
    public async Task Files_of_the_own_connection_are_looked_at_too()
    {
        await MakeAsync();
        CliRun run = await RunAsync(
            "doctor", "--endpoints", Nowhere, "--cacert", Path.Combine(Pki, "ca.crt"), "--cert",
            Path.Combine(Pki, "app.crt"), "--key", Path.Combine(Pki, "app.key"));
        Assert.That(run.Output, Does.Contain($"ok       certificate {Pki}/app.crt ").And.Contain("/ca.crt "));
    }

    [Test]
    public async Task A_node_that_is_away_is_a_problem_and_the_exit_code_says_so()
    {
        CliRun run = await RunAsync("doctor", "--endpoints", Nowhere, "--data-dir", _folder.Path);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Match(
            "\nproblem  node http://127.0.0.1:1 +connection refused: see whether it runs there: "
            + "systemctl status corenode\n1 problem, "));
    }

    [Test]
    public async Task A_folder_that_is_not_there_is_a_problem()
    {
        CliRun run = await RunAsync(
            "doctor", "--endpoints", Nowhere, "--certs", _folder.File("no"), "--data-dir", _folder.File("none"));
        Assert.That(run.Output, Does.Contain($"problem  certificates in {_folder.File("no")}").And.Contain(
            $"problem  data folder {_folder.File("none")}"));
    }

    [TestCase(12, "Ok")]
    [TestCase(-499, "Ok")]
    [TestCase(500, "Warning")]
    [TestCase(-4999, "Warning")]
    [TestCase(-5000, "Problem")]
    public void A_clock_that_is_off_is_told(double offsetMs, string severity)
    {
        Finding found = EndpointChecks.CheckClock("member a", offsetMs);
        Assert.That(found.Severity.ToString(), Is.EqualTo(severity));
        Assert.That(found.Text, Does.Contain(offsetMs < 0 ? " s behind most members" : " s ahead of most members"));
    }

    [TestCase(99_000_000, 10_000_000_000, "Problem")]
    [TestCase(999_000_000, 10_000_000_000, "Warning")]
    [TestCase(1_001_000_000, 10_000_000_000, "Ok")]
    [TestCase(4_900_000_000, 100_000_000_000, "Warning")]
    public void A_disk_that_runs_full_is_told(long free, long total, string severity) =>
        Assert.That(DiskCheck.Judge("/data", free, total).Severity.ToString(), Is.EqualTo(severity));

    private static IEnumerable<string?> Levels(JsonNode page) => page["findings"]!.AsArray()
        .Where(one => ((string?)one!["what"])!.StartsWith("certificate /", StringComparison.Ordinal))
        .Select(one => (string?)one!["level"]);

    // The worst that was found about that file.
    private static (string Level, string Text, string Advice) Find(JsonNode page, string file) =>
        page["findings"]!.AsArray()
            .Where(one => ((string?)one!["what"])!.EndsWith("/" + file, StringComparison.Ordinal))
            .Select(one => ((string)one!["level"]!, (string)one["text"]!, (string)one["advice"]!))
            .First();

    private async Task MakeAsync()
    {
        await RunAsync("pki", "init", "--dir", Pki);
        await RunAsync("pki", "issue", "member", "a", "--san", "a.example", "--days", "90", "--dir", Pki);
        await RunAsync("pki", "issue", "client", "app", "--dir", Pki);
    }

    private async Task<JsonNode> JsonAsync()
    {
        CliRun run = await RunAsync("doctor", "--endpoints", Nowhere, "--certs", Pki, "-o", "json");
        Assert.That(run.Error, Is.Empty);
        return JsonNode.Parse(run.Output)!;
    }

    private async Task<CliRun> RunAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error) with { Certificates = new CertificateOffice(_time) };
        int exitCode = await CommandLine.RunAsync(args, host with { Time = new WallTime(_time) });
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Deadlines by the real clock, dates by the test's.</summary>
    private sealed class WallTime(TimeProvider dates) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => dates.GetUtcNow();
    }
}
