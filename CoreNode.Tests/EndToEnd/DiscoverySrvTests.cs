using System.Net;
using CoreNode.Platform;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// The native node finds its cluster by SRV records, through the C library's resolver: a name server and a resolv.conf
/// of the test's own, in a network and mount namespace.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class DiscoverySrvTests
{
    private const string Unshare = "/usr/bin/unshare";

    [OneTimeSetUp]
    public void NeedNamespaces()
    {
        string? obstacle = NetworkNamespace.Obstacle
            ?? (!File.Exists(Unshare) ? $"there is no {Unshare}" : null)
            ?? (!File.Exists("/etc/resolv.conf") ? "there is no /etc/resolv.conf to put another in its place" : null);
        if (obstacle is not null)
            Assert.Ignore(obstacle);
    }

    [Test]
    public async Task Machines_that_a_domain_names_are_members_and_others_proxies()
    {
        TestPrograms.Etcdctl();
        using TestFolder folder = new();
        string resolv = folder.File("resolv.conf");
        await File.WriteAllTextAsync(resolv, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        using NetworkNamespace home = new();
        await using NameServer names = new(home);
        await using DiscoveredMachines machines = new(home, Launcher(resolv));
        foreach (int number in new[] { 1, 2, 3 })
            names.Hosts[$"m{number}.example.test"] = IPAddress.Parse(machines.Address(number));
        names.Services["_etcd-client._tcp.example.test"] =
        [
            new SrvRecord(10, 0, (ushort)new Uri(machines.ClientUrl(1)).Port, "m1.example.test"),
        ];
        names.Services["_etcd-server._tcp.example.test"] =
        [
            .. new[] { 1, 2, 3 }.Select(n => new SrvRecord(
                10, 0, (ushort)machines.PeerPort, $"m{n}.example.test")),
        ];

        // The first asks while no name server answers.
        names.IsSilent = true;
        machines.Start(1, "--discovery-srv", "example.test");
        await machines.UntilItSaysAsync(1, "no name server answers");
        names.IsSilent = false;
        foreach (int number in new[] { 2, 3, 4 })
            machines.Start(number, "--discovery-srv", "example.test");
        await machines.UntilTheyServeAsync(
            n => $"http://m{n}.example.test:{machines.PeerPort}", 1, 2, 3);
        await machines.UntilItSaysAsync(4, "this machine becomes a proxy");

        // etcd's tool finds the members in the same way, and so does ours.
        string[] expected = await AskAsync(home, resolv, TestPrograms.Etcdctl());
        Assert.That(expected, Is.EqualTo(new[] { "0", "here" }));
        Assert.That(await AskAsync(home, resolv, TestPrograms.Corenode(), "etcdctl"), Is.EqualTo(expected));

        machines.Start(5, "--discovery-srv", "example.test", "--discovery-fallback", "exit");
        Assert.That(await machines.WaitForExitAsync(5), Is.EqualTo(1));
        Assert.That(machines.Words(5), Does.Contain("this machine is none of them"));
        machines.Start(6, "--discovery-srv", "other.test");
        Assert.That(await machines.WaitForExitAsync(6), Is.EqualTo(1));
        Assert.That(machines.Words(6), Does.Contain("other.test has no SRV records"));
    }

    // A program behind these words sees that resolv.conf in the place of the machine's.
    private static string[] Launcher(string resolv) =>
    [
        Unshare, "--mount", "--propagation", "private", "/bin/sh", "-c",
        "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", resolv,
    ];

    private static async Task<string[]> AskAsync(NetworkNamespace home, string resolv, params string[] program)
    {
        string[] command =
        [
            .. Launcher(resolv), .. program, "--insecure-discovery", "--discovery-srv", "example.test", "get", "/found",
        ];
        using RunningProgram running = home.Run(() => RunningProgram.Start(
            command[0], command[1..], new Dictionary<string, string> { ["ETCDCTL_API"] = "2" }));
        int code = await running.WaitForExitAsync(DiscoveredMachines.Deadline);
        return [$"{code}", running.StandardOutput.Trim() + running.StandardError];
    }
}
