using System.Text;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

[TestFixture, Category("Unit")]
internal sealed class CommandLineTests
{
    private const string Nobody = "http://127.0.0.1:1";
    private const string Found =
        """{"action":"get","node":{"key":"/a","value":"x","modifiedIndex":4,"createdIndex":4}}""";
    private const string Missing = """{"errorCode":100,"message":"Key not found","cause":"/a","index":7}""";
    private const string Exists = """{"errorCode":105,"message":"Key already exists","cause":"/a","index":7}""";

    [TestCase(200, Found, 0)]
    [TestCase(404, Missing, 4)]
    [TestCase(412, Exists, 1)]
    [TestCase(200, "nonsense", 1)]
    public async Task The_exit_code_tells_the_outcome(int status, string body, int exitCode)
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (status, body, 7));
        CliRun run = await CliRun.OfAsync(["kv", "get", "/a"], endpoints: server.Endpoint);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Output.Length > 0, Is.EqualTo(exitCode == 0), "results go to stdout, problems do not");
        Assert.That(run.Error.Length > 0, Is.EqualTo(exitCode != 0));
    }

    [Test]
    public async Task Without_a_node_the_answer_says_what_to_do()
    {
        CliRun run = await CliRun.OfAsync(["kv", "get", "/a"], endpoints: Nobody);
        Assert.That(run, Is.EqualTo(new CliRun(3, "", string.Join(
            Environment.NewLine,
            $"no node reachable at {Nobody}: connection refused",
            "start one with `corenode node --dev`, or say where one is with --endpoints",
            ""))));
    }

    [Test]
    public async Task A_write_without_an_answer_is_told_as_unknown()
    {
        await using ScriptedServer server = ScriptedServer.Start((_, answer) =>
        {
            answer.Close();
            return Task.CompletedTask;
        });
        CliRun run = await CliRun.OfAsync(["kv", "set", "/a", "x"], endpoints: server.Endpoint);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("may have been changed or not"));
    }

    [TestCase("kv gte /a", "unknown command 'gte'; did you mean `corenode kv get`?")]
    [TestCase("get /a", "unknown command 'get'; did you mean `corenode kv get`?")]
    [TestCase("clustr health", "unknown command 'clustr'; did you mean `corenode cluster`?")]
    [TestCase("kv ls --sorte", "unknown option --sorte; did you mean --sorted?")]
    [TestCase("kv get --endpoint http://a /k", "unknown option --endpoint; did you mean --endpoints?")]
    [TestCase("kv set /a -x", "unknown option -x; a value that begins with - goes after --")]
    [TestCase("kv get", "KEY is missing: the key, such as /app/motd")]
    [TestCase("kv get /a /b", "too many arguments: '/b'; usage: corenode kv get [options] KEY")]
    [TestCase("kv get /a -o jsn", "--output is text or json, not 'jsn'")]
    [TestCase("kv get /a -o", "--output needs a value")]
    [TestCase("kv set /a x --ttl 1.5", "--ttl takes whole seconds up to 9223372036, not '1.5'")]
    [TestCase("kv set /a x --ttl 9223372037", "--ttl takes whole seconds up to 9223372036, not '9223372037'")]
    [TestCase("kv get /a --timeout 0", "--timeout is a number of seconds, such as 5 or 0.5, not '0'")]
    [TestCase("kv get /a --endpoints ftp://x", "--endpoints: 'ftp://x' starts with ftp://")]
    [TestCase("kv cas /a x", "cas needs --with-value V or --with-index N")]
    [TestCase("kv set /a", "value required: write it after the key, pipe it in, or use --file FILE")]
    [TestCase("kv set /a x --file y", "there is a value and --file; give one of them")]
    [TestCase("kv set /a --file /missing/f", "cannot read the value from /missing/f")]
    [TestCase("kv", "corenode kv wants a command: get, set")]
    [TestCase("-o json node", "`node` has options of its own, so it comes first: corenode node")]
    [TestCase("kv get /a --key /k.pem", "the key /k.pem needs its certificate too (--cert)")]
    public async Task Wrong_usage_ends_with_2_and_names_what_is_right(string args, string said)
    {
        CliRun run = await CliRun.OfAsync(args.Split(' '), endpoints: Nobody);
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.StartWith(said));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        CliRun run = await CliRun.OfAsync(["kv", "rm", "--with-index", "a", "--ttl", "5", "--timeout", "x", "/a"]);
        Assert.That(run.Error, Does.Contain("--ttl").And.Contain("--with-index").And.Contain("--timeout"));
    }

    [TestCase(null, "from argument", "from argument")]
    [TestCase("from pipe", null, "from pipe")]
    [TestCase("from pipe", "-", "from pipe")]
    [TestCase("", "-", "")]
    [TestCase("two\nlines\n", null, "two\nlines\n")]
    public async Task A_value_comes_from_the_argument_or_from_the_pipe(string? piped, string? argument, string value)
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (200, Found, 4));
        string[] args = argument is null ? ["kv", "set", "/a"] : ["kv", "set", "/a", argument];
        byte[]? input = piped is null ? null : Encoding.UTF8.GetBytes(piped);
        CliRun run = await CliRun.OfAsync(args, input, server.Endpoint);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        string expected = value.Replace(" ", "+", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);
        Assert.That(server.Requests.Single().Body, Is.EqualTo($"value={expected}"));
    }

    [Test]
    public async Task A_value_from_a_file_keeps_every_byte()
    {
        using TestFolder folder = new();
        await File.WriteAllBytesAsync(folder.File("v"), [0, 0xFF, (byte)'\n']);
        await using ScriptedServer server = ScriptedServer.Start(_ => (200, Found, 4));
        await CliRun.OfAsync(["kv", "set", "/a", "--file", folder.File("v")], endpoints: server.Endpoint);
        Assert.That(server.Requests.Single().Body, Is.EqualTo("value=%00%FF%0A"));
    }

    [Test]
    public async Task An_empty_pipe_is_a_forgotten_value()
    {
        CliRun run = await CliRun.OfAsync(["kv", "set", "/a"], [], Nobody);
        Assert.That(run.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public async Task The_arguments_after_node_go_to_the_supervisor_as_they_are()
    {
        CliRun run = await CliRun.OfAsync(["node", "--help", "--", "-o", "json"]);
        Assert.That(run, Is.EqualTo(new CliRun(7, "node --help -- -o json", "")));
    }

    [Test]
    public async Task Called_as_etcdctl_it_speaks_as_etcdctl()
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (404, Missing, 7));
        CliRun run = await CliRun.OfAsync("/usr/local/bin/etcdctl", ["--no-sync", "get", "/a"], null, server.Endpoint);
        Assert.That(run, Is.EqualTo(
            new CliRun(4, "", $"Error:  100: Key not found (/a) [7]{Environment.NewLine}")));
    }

    [Test]
    public async Task The_version_is_told_as_text_and_as_json()
    {
        CliRun text = await CliRun.OfAsync(["version"]);
        CliRun json = await CliRun.OfAsync(["version", "-o", "json"]);
        Assert.That(text.Output, Does.StartWith("corenode 1.2.3\n").And.Contain("abc1234"));
        Assert.That(json.Output.Trim(), Is.EqualTo(
            """{"version":"1.2.3","commit":"abc1234","runtime":".NET 9.0.0","build":"native linux-x64"}"""));
    }
}
