namespace CoreNode.Tests.EndToEnd;

/// <summary>The native binary under its units, in a container with systemd.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class StoreUnitTests
{
    private const string Pki = "/etc/corenode/pki";

    private static readonly string[] s_admin =
    [
        "--endpoints", "https://127.0.0.1:2379",
        "--cacert", $"{Pki}/ca.crt", "--cert", $"{Pki}/ann.crt", "--key", $"{Pki}/ann.key",
    ];

    [Test]
    public async Task A_store_without_privileges_serves_with_TLS_and_the_full_node_takes_over_its_data()
    {
        await using SystemdContainer machine = await SystemdContainer.PrepareAsync();
        await machine.BootAsync();
        await IssueAsync(machine);
        await File.WriteAllTextAsync(machine.Inside("etc/default/corenode"), """
            CORENODE_LISTEN_CLIENT_URLS=https://127.0.0.1:2379
            CORENODE_CERT_FILE=/etc/corenode/a.crt
            CORENODE_KEY_FILE=/etc/corenode/a.key
            CORENODE_TRUSTED_CA_FILE=/etc/corenode/ca.crt

            """);
        await StartAsync(machine, "corenode-store.service");
        Assert.That(await SayAsync(machine, [.. s_admin, "kv", "set", "/a", "hello"]), Is.EqualTo("hello"));
        Assert.That(await SayAsync(machine, "kv", "get", "/a"), Is.EqualTo("hello"), "by the unix socket");
        string status = await StatusAsync(machine, "corenode-store.service");
        Assert.Multiple(() =>
        {
            Assert.That(status, Does.Contain("CapBnd:\t0000000000000000").And.Contain("CapPrm:\t0000000000000000"));
            Assert.That(status, Does.Contain("NoNewPrivs:\t1").And.Contain("Seccomp:\t2"));
            Assert.That(status, Does.Not.Match("Uid:\t0\t"));
        });
        ProgramResult doctor = await machine.RunAsync(SystemdContainer.Binary, [.. s_admin, "doctor"]);
        Assert.That(doctor.ExitCode, Is.Zero, $"{doctor.Output}{doctor.Error}");
        Assert.That(doctor.Output, Does.Contain("member default is healthy").And.Contain("0 problems"));

        await StartAsync(machine, "corenode.service");
        Assert.That(await SayAsync(machine, [.. s_admin, "kv", "get", "/a"]), Is.EqualTo("hello"));
        status = await StatusAsync(machine, "corenode.service");
        Assert.That(status, Does.Match("Uid:\t0\t").And.Not.Contain("CapBnd:\t000001ffffffffff"));
        ProgramResult other = await machine.RunAsync("systemctl", "is-active", "corenode-store.service");
        Assert.That(other.Output.Trim(), Is.EqualTo("inactive"), "one of the two runs");
    }

    // As docs/operations.md has it.
    private static async Task IssueAsync(SystemdContainer machine)
    {
        await SayAsync(machine, "pki", "init");
        await SayAsync(machine, "pki", "issue", "member", "a", "--san", "a.example");
        await SayAsync(machine, "pki", "issue", "admin", "ann");
        string[] installs =
        [
            $"install -o corenode -g corenode -m 600 {Pki}/a.key /etc/corenode",
            $"install -m 644 {Pki}/a.crt {Pki}/ca.crt /etc/corenode",
        ];
        foreach (string line in installs)
        {
            ProgramResult result = await machine.RunAsync("/bin/bash", "-c", line);
            Assert.That(result.ExitCode, Is.Zero, result.Error);
        }
    }

    private static async Task StartAsync(SystemdContainer machine, string unit)
    {
        ProgramResult start = await machine.RunAsync("systemctl", "start", unit);
        if (start.ExitCode != 0)
            Assert.Fail($"{start.Error}\n{await machine.JournalAsync(unit)}");
    }

    private static async Task<string> SayAsync(SystemdContainer machine, params string[] words)
    {
        ProgramResult result = await machine.RunAsync(SystemdContainer.Binary, words);
        Assert.That(result.ExitCode, Is.Zero, $"{string.Join(' ', words)}: {result.Error}");
        return result.Output.TrimEnd('\n');
    }

    private static async Task<string> StatusAsync(SystemdContainer machine, string unit) =>
        (await machine.RunAsync(
            "/bin/bash", "-c", $"cat /proc/$(systemctl show -P MainPID {unit})/status")).Output;
}
