namespace CoreNode.Tests.EndToEnd;

/// <summary>Debian's etcdctl with users and roles: it prints and exits against the node as against etcd.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class EtcdctlAuthTests
{
    private static readonly string[] s_script =
    [
        "user add root:pw", "user add app:one", "user add app:two", "user list", "user get root", "user get nobody",
        "role add reader", "role add reader", "role grant --path /app/* --read reader",
        "role grant --path /app/* --read reader", "role grant --path /app/own --readwrite reader", "role get reader",
        "role list", "user grant --roles reader app", "user grant --roles reader app", "user get app",
        "user revoke --roles none app", "set /app/a 1", "set /other 1", "auth disable", "auth enable", "auth enable",
        "user list", "get /app/a", "set /app/b 1", "--username app:one get /app/a", "--username app:two get /app/a",
        "--username app:two set /app/a 2", "--username app:two set /app/own 2", "--username app:two get /other",
        "--username app:two ls --recursive --sort /app", "--username app:two ls --recursive --sort /app/",
        "--username nobody:x get /app/a", "--username root:pw -o json ls --sort --recursive /",
        "--username root:pw role revoke --path /* --readwrite guest", "get /app/a", "set /app/b 1", "ls /",
        "member remove 12ab", "--username app:two role list", "--username root:pw role list",
        "--username root:pw user remove root", "--username root:pw user remove app",
        "--username app:two get /app/a", "--username root:pw role remove reader",
        "--username root:pw role remove reader", "--username root:pw role remove root",
        "--username root:pw auth disable", "user remove root", "auth enable", "get /app/a",
    ];

    [Test]
    public async Task Users_and_roles_print_and_exit_as_against_etcd()
    {
        TestPrograms.Etcdctl();
        await using ServerProcess etcd = await EtcdProcess.StartAsync();
        await using ServerProcess node = await NodeProcess.StartAsync();
        string[] results = await Task.WhenAll(RunAsync(etcd), RunAsync(node));
        Assert.That(results[1], Is.EqualTo(results[0]));
        Assert.That(results[0], Does.Contain("Authentication Enabled").And.Contain("Insufficient credentials"));
    }

    private static async Task<string> RunAsync(ServerProcess server)
    {
        using EtcdctlSession session = new(server);
        List<string> results = [];
        foreach (string commandLine in s_script)
        {
            // A busy machine must not make a difference between the two: passwords are slow.
            string result = await session.RunAsync($"--timeout 40s --total-timeout 50s {commandLine}");
            results.Add($"$ etcdctl {commandLine}\n{result}");
        }

        return string.Join("\n", results);
    }
}
