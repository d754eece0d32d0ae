using CoreNode.Api;
using CoreNode.Tests.Api;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>What a user reads whom the rules of access refuse: the rule's line, once, and no other advice.</summary>
[TestFixture, Category("Unit")]
internal sealed class RefusedCommandsTests
{
    private ApiHarness _api = null!;
    private string _url = "";

    [SetUp]
    public async Task StartServerAsync()
    {
        _api = await ApiHarness.StartAsync(new ApiOptions { ListenClientUrls = [new Uri("http://0.0.0.0:0")] });
        _url = $"http://127.0.0.1:{_api.Url.Port}";
    }

    [TearDown]
    public ValueTask StopServerAsync() => _api.DisposeAsync();

    [TestCase("member add d http://10.0.0.4:2380", "members are not changed through http://0.0.0.0:")]
    [TestCase("member remove default", "members are not changed through http://0.0.0.0:")]
    [TestCase("member promote default", "members are not changed through http://0.0.0.0:")]
    public async Task A_change_of_members_shows_the_line(string line, string text)
    {
        CliRun run = await CliRun.OfAsync(line.Split(' '), endpoints: _url);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"{_url}: {text}").And.EndsWith("(rule members, docs/security.md)\n"));
        Assert.That(run.Error.Count(c => c == '\n'), Is.EqualTo(1));
    }

    [Test]
    public async Task A_backup_shows_the_line_and_leaves_no_file()
    {
        using TestFolder folder = new();
        CliRun run = await CliRun.OfAsync(["cluster", "backup", folder.File("b")], endpoints: _url);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"{_url}: backups are not read through"));
        Assert.That(run.Error, Does.EndWith("(rule snapshot, docs/security.md)\n").And.Not.Contain("--local"));
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public async Task A_write_of_a_guarded_key_shows_the_line()
    {
        CliRun run = await CliRun.OfAsync(["kv", "set", "/_coreos.com/a", "v"], endpoints: _url);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("(rule guarded-keys, docs/security.md)").And.Not.Contain("--user"));
        Assert.That(run.Error.Count(c => c == '\n'), Is.EqualTo(1));
    }

    [TestCase("set /_coreos.com/a v", "(rule guarded-keys, docs/security.md)")]
    [TestCase("member add d http://10.0.0.4:2380", "(rule members, docs/security.md)")]
    public async Task Etcdctl_shows_it_too(string line, string rule)
    {
        CliRun run = await CliRun.OfAsync("etcdctl", ["--no-sync", .. line.Split(' ')], null, _url);
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Error, Does.Contain(rule));
    }

    [Test]
    public async Task The_status_of_the_cluster_is_had_all_the_same()
    {
        CliRun run = await CliRun.OfAsync(["cluster", "status"], endpoints: _url);
        Assert.That(run.Output, Does.Contain("default"), run.Error);
    }
}
