using System.Globalization;
using CoreNode.Tests.Cli.Units;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// fleet's functional tests of its client (functional/client_test.go, fleetctl_test.go, tunnel_test.go, and what
/// unit_action_test.go does by ssh): the native binary called as fleetctl, three native machines with the embedded
/// runner, and a real sshd on loopback, which stands for the sshd of each machine.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
[Parallelizable(ParallelScope.Self)]
internal sealed class ClientScenarioTests
{
    private UnitCluster _cluster = null!;
    private TestFolder _folder = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await UnitCluster.StartAsync(3, static _ => ["--public-ip", "127.0.0.1"]);
        await _cluster.UntilAsync(
            async () => (await _cluster.GetAsync("/fleet/v1/machines"))["machines"]?.AsArray().Count == 3,
            "all machines are there");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task TunnelScheduleBatchUnits_one_and_then_ten_units_start_through_ssh(CancellationToken cancellation)
    {
        using SshServer ssh = await SshServer.StartAsync(_folder, cancellation);
        _cluster.Write("tunnelled@.service");
        string[] flags =
        [
            "--tunnel", ssh.Target, "--endpoint", $"unix://{_cluster.Machines.Members[0].Place.SocketPath}",
            "--strict-host-key-checking=true", $"--known-hosts-file={_folder.File("known-by-test")}",
        ];
        await FleetctlAsync(
            ssh.StrictClient, [.. flags, "start", _cluster.Write("single.service")], "Unit single.service launched on");
        string[] names = [.. Enumerable.Range(1, 10).Select(static i => $"tunnelled@{i}.service")];
        ProgramResult ten = await FleetctlAsync(
            ssh.StrictClient, [.. flags, "start", .. names.Select(_cluster.Folder.File)], "launched on");
        Assert.That(ten.Error, Does.Not.Contain("Error"));
        foreach (string name in (string[])["single.service", .. names])
            await _cluster.UntilActiveAsync(name);
        await FleetctlAsync(ssh.StrictClient, [.. flags, "destroy", "single.service", .. names], "Destroyed");
    }

    [Test]
    public async Task TunnelScheduleBatchUnits_serves_the_far_half_of_fleetctls_own_tunnel(
        CancellationToken cancellation)
    {
        // What fleetctl 1.0 runs on the far machine for --tunnel with a unix endpoint.
        using SshServer ssh = await SshServer.StartAsync(_folder, cancellation);
        string socket = _cluster.Machines.Members[0].Place.SocketPath;
        string command = $"{_cluster.Folder.File("fleetctl")} fd-forward {socket}";
        ProgramResult far = await ProgramResult.OfAsync(
            ssh.Client, ["-p", ssh.Port.ToString(CultureInfo.InvariantCulture), "127.0.0.1", command], null,
            "GET /fleet/v1/machines?alt=json HTTP/1.1\r\nHost: domain-sock\r\nConnection: close\r\n\r\n");
        Assert.That(far.Output, Does.StartWith("HTTP/1.1 200 OK").And.Contain(UnitCluster.MachineId(1)), far.Error);
    }

    [Test]
    public async Task KnownHostsVerification_a_changed_host_key_is_refused_until_it_is_forgotten(
        CancellationToken cancellation)
    {
        string known = _folder.File("known-by-test");
        await File.WriteAllTextAsync(known, "", cancellation);
        int port;
        using (SshServer ssh = await SshServer.StartAsync(_folder, cancellation))
        {
            port = ssh.Port;
            await FleetctlAsync(ssh.StrictClient, Look(known, port), "up and well");
            await FleetctlAsync(ssh.StrictClient, Look(known, port), "up and well");
        }

        using TestFolder other = new();
        using SshServer replaced = await SshServer.StartAsync(other, cancellation, port);
        ProgramResult refused = await RunAsync(replaced.StrictClient, Look(known, port));
        Assert.That(refused.ExitCode, Is.Not.Zero, refused.Output);
        Assert.That(refused.Output, Does.Not.Contain("up and well"));
        await File.WriteAllTextAsync(known, "", cancellation);
        await FleetctlAsync(replaced.StrictClient, Look(known, port), "up and well");
        string[] careless = ["--strict-host-key-checking=false", .. Look(known, port)[2..]];
        await FleetctlAsync(replaced.StrictClient, careless, "up and well");
    }

    [Test]
    public async Task UnitSSHActions_ssh_status_and_journal_run_on_the_units_machine(CancellationToken cancellation)
    {
        using SshServer ssh = await StartWithStandInsAsync(cancellation);
        string port = string.Create(CultureInfo.InvariantCulture, $"--ssh-port={ssh.Port}");
        string file = _cluster.Write("spoken.service", exec: "/bin/sh -c 'echo Hello, World!; exec sleep 99999'");
        for (int round = 0; round < 2; round++)
        {
            await _cluster.FleetAsync("start", "--no-block", file);
            await _cluster.UntilActiveAsync("spoken.service");
            await FleetctlAsync(ssh.Client, ["ssh", port, "spoken.service", "echo", "foo"], "foo\n");
            await FleetctlAsync(ssh.Client, ["ssh", port, "--unit", "spoken", "echo", "foo"], "foo\n");
            ProgramResult exit = await RunAsync(ssh.Client, ["ssh", port, "spoken.service", "exit", "7"]);
            Assert.That(exit.ExitCode, Is.EqualTo(7), exit.Error);
            await FleetctlAsync(ssh.Client, ["status", port, "spoken.service"], "spoken.service");
            await _cluster.UntilAsync(
                async () => (await RunAsync(ssh.Client, ["journal", "--sudo", port, "spoken.service"])).Output
                    .Contains("Hello, World!", StringComparison.Ordinal),
                "the journal shows what it said");
            await _cluster.FleetAsync("destroy", "spoken.service");
            await _cluster.UntilGoneAsync("spoken.service");
        }
    }

    [Test]
    public async Task UnitStatus_is_systemctls_there_and_refused_of_what_does_not_run(CancellationToken cancellation)
    {
        using SshServer ssh = await StartWithStandInsAsync(cancellation);
        string port = string.Create(CultureInfo.InvariantCulture, $"--ssh-port={ssh.Port}");
        string file = _cluster.Write("looked.service");
        for (int round = 0; round < 2; round++)
        {
            ProgramResult unknown = await RunAsync(ssh.Client, ["status", port, "looked.service"]);
            Assert.That(
                (unknown.ExitCode, unknown.Error), Is.EqualTo((1, "Unit looked.service does not exist.\n")));
            await _cluster.FleetAsync("submit", file);
            ProgramResult inactive = await RunAsync(ssh.Client, ["status", port, "looked.service"]);
            Assert.That(
                (inactive.ExitCode, inactive.Error),
                Is.EqualTo((1, "Unit looked.service does not appear to be running.\n")));
            await _cluster.FleetAsync("start", file);
            ProgramResult running = await FleetctlAsync(ssh.Client, ["status", port, "looked.service"], "active");
            Assert.That(running.Output, Does.StartWith("systemctl status -l looked.service\n"));
            await _cluster.FleetAsync("destroy", "looked.service");
            await _cluster.UntilGoneAsync("looked.service");
        }
    }

    [Test]
    public async Task UnitStatus_on_the_units_own_machine_needs_no_ssh()
    {
        const string file = "/etc/machine-id";
        if (!File.Exists(file))
            Assert.Ignore($"this machine has no {file}");
        string id = (await File.ReadAllTextAsync(file)).Trim();
        await using UnitCluster own = await UnitCluster.StartAsync(1, _ => ["--machine-id", id]);
        await own.FleetAsync("start", own.Write("here.service"));
        await SshServer.ScriptAsync(_folder.File("systemctl"), "echo here: \"$@\"; exit 3");
        Dictionary<string, string> environment = new()
        {
            ["CORENODE_SSH"] = "/bin/false",
            ["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        ProgramResult status = await ProgramResult.OfAsync(
            own.Folder.File("fleetctl"), ["--endpoint", own.AdminUrl(1), "status", "here.service"], environment);
        Assert.That(
            (status.ExitCode, status.Output), Is.EqualTo((3, "here: status -l here.service\n")), status.Error);
    }

    [Test]
    public async Task FleetctlWithEnv_takes_its_flags_from_the_environment()
    {
        string whole = await _cluster.FleetAsync("list-machines", "--full", "--no-legend");
        Dictionary<string, string> environment = new()
        {
            ["FLEETCTL_DRIVER"] = "API",
            ["FLEETCTL_ENDPOINT"] = _cluster.AdminUrl(2),
        };
        ProgramResult listed = await WithAsync(environment, "list-machines", "--full", "--no-legend");
        Assert.That((listed.ExitCode, listed.Output), Is.EqualTo((0, whole)), listed.Error);
        environment["FLEETCTL_ENDPOINT"] = "unix:///nowhere/fleet.sock";
        Assert.That((await WithAsync(environment, "list-machines")).ExitCode, Is.EqualTo(1), "the variable is used");
        listed = await WithAsync(
            environment, "--endpoint", _cluster.AdminUrl(3), "list-machines", "--full", "--no-legend");
        Assert.That((listed.ExitCode, listed.Output), Is.EqualTo((0, whole)), "the flag counts more");
        environment["FLEETCTL_DRIVER"] = "etcd";
        ProgramResult other = await WithAsync(environment, "list-machines");
        Assert.That(other.ExitCode, Is.EqualTo(1));
        Assert.That(other.Error, Does.Contain("driver \"etcd\""));
    }

    [Test]
    public async Task ClientVersionFlag_prints_the_version()
    {
        ProgramResult version = await WithAsync([], "--version");
        Assert.That((version.ExitCode, version.Output), Is.EqualTo((0, "fleetctl version 1.0.0\n")));
    }

    [Test]
    public async Task VersionHelpOutput_help_names_the_version()
    {
        ProgramResult help = await WithAsync([]);
        Assert.That((help.ExitCode, help.Error), Is.EqualTo((0, "")));
        Assert.That(help.Output, Does.Contain("VERSION:\n\t1.0.0\n"));
    }

    [Test]
    public async Task HelpFlag_every_way_to_ask_for_help_prints_the_same()
    {
        string expected = (await WithAsync([])).Output;
        Assert.That(expected, Does.StartWith("NAME:\n\tfleetctl - "));
        foreach (string flag in (string[])["--help", "-h", "help"])
        {
            ProgramResult help = await WithAsync([], flag);
            Assert.That((help.ExitCode, help.Output, help.Error), Is.EqualTo((0, expected, "")), flag);
        }
    }

    private static string[] Look(string known, int port) =>
    [
        "--strict-host-key-checking=true", $"--known-hosts-file={known}", "ssh",
        string.Create(CultureInfo.InvariantCulture, $"--ssh-port={port}"), UnitCluster.MachineId(2),
        "echo", "up", "and", "well",
    ];

    // There is no systemd on the machines: what fleetctl calls there is played by the binary's own commands.
    private async Task<SshServer> StartWithStandInsAsync(CancellationToken cancellation)
    {
        string path = _folder.File("bin");
        Directory.CreateDirectory(path);
        string unit = $"{TestPrograms.Corenode()} --endpoints {_cluster.AdminUrl(1)} unit";
        await SshServer.ScriptAsync(
            Path.Combine(path, "systemctl"), $"echo systemctl \"$@\"; exec {unit} status \"$3\"");
        await SshServer.ScriptAsync(Path.Combine(path, "journalctl"), $"exec {unit} journal -n \"$5\" \"$2\"");
        await SshServer.ScriptAsync(Path.Combine(path, "sudo"), "exec \"$@\"");
        return await SshServer.StartAsync(_folder, cancellation, path: path);
    }

    private async Task<ProgramResult> FleetctlAsync(string ssh, string[] arguments, string output)
    {
        ProgramResult result = await RunAsync(ssh, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
        Assert.That(result.Output, Does.Contain(output), result.Error);
        return result;
    }

    // As root: ssh takes the user that fleetctl names.
    private Task<ProgramResult> RunAsync(string ssh, string[] arguments) => WithAsync(
        new Dictionary<string, string>
        {
            ["CORENODE_SSH"] = ssh,
            ["FLEETCTL_ENDPOINT"] = _cluster.AdminUrl(1),
            ["FLEETCTL_SSH_USERNAME"] = Environment.UserName,
        },
        arguments);

    private Task<ProgramResult> WithAsync(Dictionary<string, string> environment, params string[] arguments) =>
        ProgramResult.OfAsync(_cluster.Folder.File("fleetctl"), arguments, environment);
}
