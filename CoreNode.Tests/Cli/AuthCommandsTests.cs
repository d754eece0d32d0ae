using System.Text;
using CoreNode.Cli;
using CoreNode.Tests.Api.Auth;

namespace CoreNode.Tests.Cli;

/// <summary>The auth, user and role groups against a real client surface over the in-memory store.</summary>
[TestFixture, Category("Unit")]
internal sealed class AuthCommandsTests
{
    private AuthHarness _harness = null!;
    private string _url = "";

    [SetUp]
    public async Task StartServerAsync()
    {
        _harness = await AuthHarness.StartAsync();
        _url = _harness.Api.Url.GetLeftPart(UriPartial.Authority);
    }

    [TearDown]
    public ValueTask StopServerAsync() => _harness.DisposeAsync();

    [Test]
    public async Task A_user_is_made_changed_shown_and_removed()
    {
        await ExpectAsync("Role r created\n", "role add r");
        await ExpectAsync("User app created\n", "user add app --password one --roles r,gone");
        await ExpectAsync("User app updated\n", "user revoke app --roles gone");
        await ExpectAsync("User: app\nRoles: r\n", "user show app");
        await ExpectAsync("app: r\n", "user list");
        await ExpectAsync("Password updated\n", "user passwd app --password two");
        await ExpectAsync("User app removed\n", "user remove app");
        await ExpectAsync("", "user list");
    }

    [Test]
    public async Task A_role_is_made_changed_shown_and_removed()
    {
        await ExpectAsync("Role r created\n", "role add r");
        await ExpectAsync("Role r updated\n", "role grant r --path /app/* --readwrite");
        await ExpectAsync("Role r updated\n", "role grant r --path /motd --read");
        await ExpectAsync("Role r updated\n", "role revoke r --path /app/* --write");
        await ExpectAsync("Role: r\nKV Read:\n\t/app/*\n\t/motd\nKV Write:\n", "role show r");
        await ExpectAsync("r\nroot\n", "role list");
        await ExpectAsync("Role r removed\n", "role remove r");
    }

    [Test]
    public async Task The_switch_is_turned_and_told()
    {
        await ExpectAsync("disabled\n", "auth status");
        CliRun early = await RunAsync("auth enable");
        Assert.That((early.ExitCode, early.Error), Is.EqualTo(
            (1, "auth: No root user available, please create one\n")));
        await ExpectAsync("User root created\n", "user add root --password pw");
        await ExpectAsync("Authentication Enabled\n", "auth enable");
        await ExpectAsync("enabled\n", "auth status");
        CliRun refused = await RunAsync("user list");
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.StartWith("Insufficient credentials\n").And.Contain("--user root"));
        await ExpectAsync("root: root\n", "--user root:pw user list");
        await ExpectAsync("Authentication Disabled\n", "--user root:pw auth disable");
    }

    [Test]
    public async Task Json_is_the_servers_answer_or_says_that_it_is_done()
    {
        await ExpectAsync("""{"user":"a","roles":null}""" + "\n", "-o json user add a --password pw");
        await ExpectAsync("""{"users":[{"user":"a"}]}""" + "\n", "-o json user list");
        await ExpectAsync("""{"user":"a","done":true}""" + "\n", "-o json user remove a");
        await ExpectAsync("""{"enabled":false}""" + "\n", "-o json auth status");
    }

    [TestCase("user show nobody", 4, "auth: User nobody does not exist.\n")]
    [TestCase("user remove nobody", 4, "auth: User nobody does not exist\n")]
    [TestCase("user passwd nobody --password x", 4, "there is no user nobody; see `corenode user list`\n")]
    [TestCase("role show nothing", 4, "auth: Role nothing does not exist.\n")]
    [TestCase("role remove root", 1, "auth: Cannot modify role root: is root role.\n")]
    public async Task What_is_not_there_is_said_with_its_own_exit_code(string line, int exitCode, string error)
    {
        CliRun run = await RunAsync(line);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((exitCode, error)));
    }

    [Test]
    public async Task Add_does_not_change_the_password_of_a_user_that_is_there()
    {
        await ExpectAsync("User a created\n", "user add a --password one");
        CliRun run = await RunAsync("user add a --password two");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo(
            (1, "user a is there already; change it with grant or passwd\n")));
    }

    [TestCase("role grant r --path /a", "write exactly one of --read, --write and --readwrite\n")]
    [TestCase("role grant r --path /a --read --write", "write exactly one of --read, --write and --readwrite\n")]
    [TestCase("role grant r --path a --read", "--path a: keys begin with /, so write --path /a\n")]
    [TestCase("user add a", "password required: standard input is empty; pipe it in, or use --password\n")]
    public async Task Wrong_usage_is_explained(string line, string error)
    {
        CliRun run = await RunAsync(line);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith(error));
    }

    [Test]
    public async Task Passwords_are_piped_in_or_typed_without_an_echo()
    {
        await ExpectAsync("User root created\n", "user add root", "pipéd\r\nnot this\n");
        await ExpectAsync("Authentication Enabled\n", "auth enable");
        await ExpectAsync("root: root\n", "--user root:pipéd user list");

        CliRun typed = await TypeAsync("--user root user list", "pipéd");
        Assert.That((typed.ExitCode, typed.Output, typed.Error), Is.EqualTo(
            (0, "root: root\n", "Password of root: \n")));
        CliRun added = await TypeAsync("--user root:pipéd user add app", "one", "one");
        Assert.That((added.ExitCode, added.Output, added.Error), Is.EqualTo(
            (0, "User app created\n", "New password of app: \nOnce more: \n")));
        CliRun differing = await TypeAsync("--user root:pipéd user passwd app", "one", "two");
        Assert.That(differing.ExitCode, Is.EqualTo(2));
        Assert.That(differing.Error, Does.Contain("the two passwords differ; nothing was changed"));
    }

    [Test]
    public async Task The_environment_names_a_user_too_and_a_password_needs_a_terminal()
    {
        await _harness.PutUserAsync("root", """{"user":"root","password":"pw"}""");
        await _harness.StatusAsync("PUT", "/v2/auth/enable");
        Assert.That((await RunAsync("user list", user: "root:pw")).Output, Is.EqualTo("root: root\n"));
        Assert.That((await RunAsync("--user root:bad user list", user: "root:pw")).ExitCode, Is.EqualTo(1));
        CliRun run = await RunAsync("user list", user: "root");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("there is no terminal to ask for the password: write --user NAME:"));
    }

    [Test]
    public async Task Keys_that_are_closed_are_told_with_what_to_do()
    {
        await _harness.PutUserAsync("root", """{"user":"root","password":"pw"}""");
        await _harness.StatusAsync("PUT", "/v2/auth/enable");
        await _harness.StatusAsync("DELETE", "/v2/auth/roles/guest", "root:pw");
        CliRun run = await RunAsync("kv get /a");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("110: ").And.Contain("say who you are with --user NAME"));
    }

    private async Task ExpectAsync(string output, string line, string input = "")
    {
        CliRun run = await RunAsync(line, input);
        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, output, "")), line);
    }

    private Task<CliRun> RunAsync(string line, string input = "", string? user = null) =>
        RunAsync(line, Encoding.UTF8.GetBytes(input), user, null);

    private Task<CliRun> TypeAsync(string line, params string[] typed)
    {
        Queue<string> lines = new(typed);
        return RunAsync(line, null, null, () => lines.TryDequeue(out string? next) ? next : null);
    }

    private async Task<CliRun> RunAsync(string line, byte[]? input, string? user, Func<string?>? readSecret)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error, input, _url) with { ReadSecret = readSecret };
        Func<string, string?> environment = host.Environment;
        host = host with { Environment = name => name == "CORENODE_USER" ? user : environment(name) };
        int exitCode = await CommandLine.RunAsAsync("corenode", line.Split(' '), host);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }
}
