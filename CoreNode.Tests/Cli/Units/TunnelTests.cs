using System.Text;
using CoreNode.Cli;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli.Units;

/// <summary>Through the system's ssh: --tunnel by a real sshd, terminals by a played ssh.</summary>
[TestFixture, Category("EndToEnd"), CancelAfter(60_000)]
internal sealed class TunnelTests
{
    private const string Listing = """
        {"index":7,"units":[{"name":"web.service","desiredState":"launched","currentState":"launched","target":"m1",
        "machines":[{"id":"1315e07d00000000000000000000abcd","ip":"10.0.0.3","active":"active","sub":"running"}]}]}
        """;

    private const string Machines =
        """{"index":7,"machines":[{"id":"1315e07d00000000000000000000abcd","ip":"10.0.0.3"},{"id":"2a","ip":""}]}""";

    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_nodes_socket_is_reached_through_ssh(CancellationToken cancellation)
    {
        using SshServer ssh = await SshServer.StartAsync(_folder, cancellation);
        await using ScriptedServer node = ScriptedServer.StartOnSocket(
            _folder.File("node.sock"), (_, to) => to.SendAsync(200, Listing));
        CliRun run = await RunAsync(
            "corenode", ssh.Client, ["--tunnel", ssh.Target, "--endpoints", node.Endpoint, "unit", "list"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("web.service").And.Contain("1315e07d/10.0.0.3"));
        Assert.That(Directory.GetDirectories(Path.GetTempPath(), "corenode-tunnel-*"), Is.Empty);
    }

    [Test]
    public async Task Fleetctl_goes_through_ssh_too(CancellationToken cancellation)
    {
        using SshServer ssh = await SshServer.StartAsync(_folder, cancellation);
        await using ScriptedServer fleet = ScriptedServer.Start(
            _ => (200, """{"machines":[{"id":"1315e07d00000000000000000000abcd","primaryIP":"10.0.0.3"}]}""", 0));
        CliRun run = await RunAsync(
            "fleetctl", ssh.Client, ["--tunnel", ssh.Target, "--endpoint", fleet.Endpoint, "list-machines"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("1315e07d...\t10.0.0.3"));
    }

    [Test]
    public async Task A_machine_that_cannot_be_reached_is_said()
    {
        string ssh = Script("exit 255");
        CliRun run = await RunAsync("corenode", ssh, ["--tunnel", "core@nowhere:2222", "unit", "list"]);
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Is.EqualTo(
            "no tunnel through core@nowhere:2222: ssh ended with 255; try `ssh -p 2222 core@nowhere` first\n"));
    }

    [TestCase("core@", "names no machine")]
    [TestCase("-oProxyCommand=x", "names no machine")]
    [TestCase("host:port", "has no port")]
    public async Task A_target_that_is_none_is_wrong_usage(string target, string error)
    {
        CliRun run = await RunAsync("corenode", Script("exit 1"), [$"--tunnel={target}", "unit", "list"]);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((2, run.Error)));
        Assert.That(run.Error, Does.Contain(error));
    }

    [TestCase("unit ssh web", "-- 10.0.0.3")]
    [TestCase("unit ssh -l core -A --ssh-port 222 web -- uptime -p", "-A -l core -p 222 -- 10.0.0.3 uptime -p")]
    [TestCase("machine ssh 1315e", "-- 10.0.0.3")]
    public async Task A_terminal_is_sshs(string line, string arguments)
    {
        await using ScriptedServer node = ScriptedServer.Start(static request => request.Target switch
        {
            "/corenode/v1/machines" => (200, Machines, 0),
            _ => (200, Listing[(Listing.IndexOf('[', StringComparison.Ordinal) + 1)..^2], 0UL),
        });
        string ssh = Script($"echo \"$@\" > {_folder.File("args")}; exit 7");
        CliRun run = await RunAsync("corenode", ssh, ["--endpoints", node.Endpoint, .. line.Split(' ')]);
        Assert.That(run.ExitCode, Is.EqualTo(7), run.Error);
        Assert.That(await File.ReadAllTextAsync(_folder.File("args")), Is.EqualTo(arguments + "\n"));
    }

    [Test]
    public async Task A_machine_without_an_address_has_no_terminal()
    {
        await using ScriptedServer node = ScriptedServer.Start(static _ => (200, Machines, 0));
        CliRun run = await RunAsync(
            "corenode", Script("exit 0"), ["--endpoints", node.Endpoint, "machine", "ssh", "2a"]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("start its node with --public-ip"));
    }

    [Test]
    public async Task Fd_forward_passes_bytes_through_both_ways()
    {
        await using ScriptedServer node = ScriptedServer.StartOnSocket(
            _folder.File("fleet.sock"), static (_, to) => to.SendAsync(200, "here"));
        using MemoryStream output = new();
        using StringWriter text = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(text, error, Encoding.ASCII.GetBytes("GET /fleet/v1/machines HTTP/1.1\r\n\r\n"))
            with
        { RawOutput = () => output };
        int exitCode = await CommandLine.RunAsAsync("fleetctl", ["fd-forward", _folder.File("fleet.sock")], host);
        Assert.That(exitCode, Is.Zero, error.ToString());
        Assert.That(Encoding.ASCII.GetString(output.ToArray()), Does.StartWith("HTTP/1.1 200").And.EndsWith("here"));
        Assert.That(node.Requests.Single().Target, Is.EqualTo("/fleet/v1/machines"));
    }

    private string Script(string commands)
    {
        string path = _folder.File("played-ssh");
        File.WriteAllText(path, $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static async Task<CliRun> RunAsync(string program, string ssh, string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error) with { Environment = name => name == "CORENODE_SSH" ? ssh : null };
        int exitCode = await CommandLine.RunAsAsync(program, args, host);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }
}
