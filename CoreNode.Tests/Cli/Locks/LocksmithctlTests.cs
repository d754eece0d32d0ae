using CoreNode.Tests.Api;

namespace CoreNode.Tests.Cli.Locks;

/// <summary>The binary, called locksmithctl: that tool's flags, lines and exit codes.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class LocksmithctlTests
{
    private ApiHarness _api = null!;

    [SetUp]
    public async Task StartAsync() => _api = await ApiHarness.StartAsync();

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task It_prints_what_locksmithctl_prints()
    {
        await ExpectAsync("status", 0, "Available: 1\nMax: 1\n");
        await ExpectAsync("lock m-bbb", 0, "");
        await ExpectAsync("lock m-aaa", 1, "", "Error locking: semaphore is at 0\n");
        await ExpectAsync("lock m-bbb", 1, "", "Error locking: semaphore is at 0\n");
        await ExpectAsync("set-max 2", 0, "Old-Max: 1\nMax: 2\n");
        await ExpectAsync("lock m-bbb", 1, "", "Error locking: holder exists\n");
        await ExpectAsync("lock m-aaa", 0, "");
        await ExpectAsync("set-max 0", 0, "Old-Max: 2\nMax: 0\n");
        await ExpectAsync("status", 0, "Available: -2\nMax: 0\n\nMACHINE ID\nm-aaa\nm-bbb\n");
        await ExpectAsync("unlock m-aaa", 0, "");
        await ExpectAsync("unlock m-aaa", 1, "", "Error unlocking: holder does not exist\n");
        await ExpectAsync("unlock m-bbb", 0, "");
        await ExpectAsync("status", 0, "Available: 0\nMax: 0\n");
    }

    [Test]
    public async Task Groups_are_given_by_flag_and_by_environment()
    {
        await ExpectAsync("-group prod/db lock m1", 0, "");
        await ExpectAsync("--group=prod/db status", 0, "Available: 0\nMax: 1\n\nMACHINE ID\nm1\n");
        await ExpectAsync("status", 0, "Available: 1\nMax: 1\n");
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await CoreNode.Cli.CommandLine.RunAsAsync(
            "/usr/bin/locksmithctl", ["status"], CliRun.Host(output, error) with
            {
                Environment = name => name switch
                {
                    "LOCKSMITHCTL_ENDPOINT" => $"http://127.0.0.1:1,{_api.Url}",
                    "LOCKSMITHCTL_GROUP" => "prod/db",
                    _ => null,
                },
            });
        Assert.That((exitCode, output.ToString()), Is.EqualTo((0, "Available: 0\nMax: 1\n\nMACHINE ID\nm1\n")));
    }

    [Test]
    public async Task Usage_ends_as_there()
    {
        CliRun run = await RunAsync("frobnicate");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Does.StartWith("locksmithctl: unknown subcommand: \"frobnicate\"\n"));
        Assert.That((await RunAsync("-nope", "status")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("-version")).Output, Is.EqualTo("locksmithctl version 0.6.2\n"));
        Assert.That((await RunAsync("help")).Output, Does.Contain("set-max"));
        Assert.That((await RunAsync("set-max")).ExitCode, Is.EqualTo(1));
        Assert.That((await RunAsync("set-max", "many")).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task A_store_that_is_away_is_an_error()
    {
        CliRun run = await CliRun.OfAsync(
            "locksmithctl", ["-endpoint", "http://127.0.0.1:1", "lock", "m1"], null, null);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.StartWith("Error locking: "));
    }

    private async Task ExpectAsync(string words, int exitCode, string output, string error = "") =>
        Assert.That(await RunAsync(words.Split(' ')), Is.EqualTo(new CliRun(exitCode, output, error)), words);

    private Task<CliRun> RunAsync(params string[] words) => CliRun.OfAsync(
        "locksmithctl", ["-endpoint", _api.Url.GetLeftPart(UriPartial.Authority), .. words], null, null);
}
