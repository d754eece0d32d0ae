using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>pki init and pki issue, as they are typed.</summary>
[TestFixture, Category("Unit")]
internal sealed class PkiCommandsTests
{
    private TestFolder _folder = null!;

    private string Pki => _folder.File("pki");

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_CA_and_a_member_are_made_and_what_comes_next_is_said()
    {
        CliRun init = await RunAsync("pki", "init", "--dir", Pki);
        Assert.That(init.ExitCode, Is.Zero, init.Error);
        Assert.That(init.Output, Does.Match(
            "^CA CN=corenode CA [0-9a-f]{8}, valid until [0-9-]{10}\n"
            + $"  certificate  {Pki}/ca.crt \\(for every node and client\\)\n"
            + $"  key          {Pki}/ca.key \\(stays here: who has it can make administrators\\)\n"
            + $"next: corenode pki issue member NAME --san HOST,ADDRESS --dir {Pki}\n$"));
        CliRun member = await RunAsync(
            "pki", "issue", "member", "a", "--san", "a.example,10.0.0.1", "--san", "a.example,[fd00::1]", "--dir", Pki);
        Assert.That(member.ExitCode, Is.Zero, member.Error);
        Assert.That(member.Output, Does.Match(
            "^member a for a.example, localhost, 10.0.0.1, fd00::1, 127.0.0.1, ::1, valid until [0-9-]{10}\n"));
        Assert.That(
            Directory.GetFiles(Pki).Select(Path.GetFileName).Order(),
            Is.EqualTo(new[] { "a.crt", "a.key", "ca.crt", "ca.key" }));
    }

    [Test]
    public async Task Programs_get_JSON()
    {
        await RunAsync("pki", "init", "--dir", Pki, "--days", "20");
        CliRun made = await RunAsync("-o", "json", "pki", "issue", "admin", "ann", "--dir", Pki, "--days", "10");
        JsonNode page = JsonNode.Parse(made.Output)!;
        Assert.Multiple(() =>
        {
            Assert.That((string?)page["kind"], Is.EqualTo("admin"));
            Assert.That((string?)page["subject"], Is.EqualTo("CN=ann, O=corenode:admins"));
            Assert.That((string?)page["keyFile"], Is.EqualTo($"{Pki}/ann.key"));
            Assert.That((string?)page["caFile"], Is.EqualTo($"{Pki}/ca.crt"));
            Assert.That(
                DateTimeOffset.Parse((string?)page["notAfter"] ?? "", null) - DateTimeOffset.UtcNow,
                Is.EqualTo(TimeSpan.FromDays(10)).Within(TimeSpan.FromMinutes(5)));
        });
    }

    [Test]
    public async Task Certificates_and_CA_are_renewed_and_the_old_CA_is_retired()
    {
        await RunAsync("pki", "init", "--dir", Pki);
        await RunAsync("pki", "issue", "member", "a", "--san", "a.example", "--dir", Pki);
        CliRun again = await RunAsync("pki", "issue", "member", "a", "--san", "a.example", "--dir", Pki);
        Assert.That((again.ExitCode, again.Error), Is.EqualTo((1,
            $"{Pki}/a.crt is there already: --renew makes its successor with the same names, --force replaces it\n")));
        CliRun renewed = await RunAsync("pki", "issue", "member", "a", "--renew", "--dir", Pki);
        Assert.That(renewed.Output, Does.StartWith("member a for a.example, localhost, 127.0.0.1, ::1, valid until "));
        CliRun ca = await RunAsync("pki", "init", "--renew", "--dir", Pki);
        Assert.That(ca.Output, Does.Contain("signs from now on\nstill trusted: CN=corenode CA ")
            .And.Contain($"1. bring {Pki}/ca.crt to every node and client"));
        CliRun json = await RunAsync("pki", "init", "--renew", "--dir", Pki, "-o", "json");
        Assert.That(JsonNode.Parse(json.Output)!.AsArray(), Has.Count.EqualTo(3));
        CliRun retired = await RunAsync("pki", "init", "--retire", "--dir", Pki);
        Assert.That(retired.Output.Split('\n').Count(line => line.StartsWith("no longer in", StringComparison.Ordinal)),
            Is.EqualTo(2));
        CliRun done = await RunAsync("pki", "init", "--retire", "--dir", Pki);
        Assert.That(done.Output, Does.StartWith("nothing to do: "));
    }

    [TestCase("--san is needed: the host names and addresses under which others reach the node", "member", "a")]
    [TestCase("--san takes host names and addresses, not the URL 'https://a:2380'", "member", "a", "--san",
        "https://a:2380")]
    [TestCase("--san: 'a b' is neither a host name nor an address", "member", "a", "--san", "a b")]
    [TestCase("--san: '10.0.0.300' is neither a host name nor an address", "member", "a", "--san", "10.0.0.300")]
    [TestCase("--san: '' is neither a host name nor an address", "member", "a", "--san", "a,,b")]
    [TestCase("'../x' is no name for a certificate", "client", "../x")]
    [TestCase("'.x' is no name for a certificate", "client", ".x")]
    [TestCase("'ca' is the name of the CA's own files; take another", "client", "ca")]
    [TestCase("--days takes whole days up to 36500, not 'long'", "client", "x", "--days", "long")]
    public async Task What_was_typed_wrong_is_said(string complaint, params string[] words)
    {
        CliRun run = await RunAsync(["pki", "issue", .. words, "--dir", Pki]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith(complaint));
        Assert.That(Directory.Exists(Pki), Is.False);
    }

    [Test]
    public async Task Two_ways_at_once_are_refused()
    {
        CliRun run = await RunAsync("pki", "init", "--renew", "--force", "--dir", Pki);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("--renew, --retire and --force are three different things: give one"));
    }

    private static Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(args);
}
