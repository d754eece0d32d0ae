using System.Globalization;
using CoreNode.Tests.EndToEnd.Units.Systemd;

namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>
/// Three machines with a systemd of their own that all want to restart at the same time, and a service of two instances
/// on them: one after the other leaves, restarts and comes back, and no client sees a failed request.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RollingRebootTests
{
    private const long Requests = 50_000;

    // Of the container's own /: the kernel's id of the boot is the same for all containers.
    private const string Root = "/opt/machine";
    private const string BootId = "opt/machine/proc/sys/kernel/random/boot_id";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    [Test]
    [CancelAfter(900_000)]
    public async Task Machines_restart_one_after_the_other_and_no_request_fails()
    {
        await using SystemdCluster cluster = await SystemdCluster.StartAsync(lease: "10s", prepare: PrepareAsync);
        SystemdNode first = cluster[1];
        await first.CorenodeAsync("unit", "start", first.Write(WebService.Template, WebService.Text("1")));
        await using InstanceClient client = new(
            cluster.Network[0], [.. cluster.Nodes.Select(static node => node.ClientUrl)], WebService.Prefix,
            WebService.Path);
        await cluster.UntilAsync(
            async () =>
            {
                await client.ReadAsync();
                return client.Instances.Count == 2;
            },
            "both instances are announced");
        client.Start();
        await using LockWatch locks = new(cluster);
        foreach (SystemdNode node in cluster.Nodes)
            await node.CorenodeAsync("reboot", "now", "--no-block", "--reason", "a test");
        await Task.WhenAll(cluster.Nodes.Select(FollowAsync));
        await cluster.UntilAsync(
            async () => (await first.TryCorenodeAsync("lock", "status", "-o", "json")).Output.Contains(
                "\"holders\":[]", StringComparison.Ordinal),
            "the lock is free", s_patience);
        await client.FinishAsync(Requests);
        await locks.FinishAsync();
        TestContext.Out.WriteLine($"{client.Failures.Count} of {client.Sent} requests failed");
        Assert.That(client.Failures, Is.Empty, $"of {client.Sent} requests");
        Assert.That(locks.Most, Is.EqualTo(1), "machines away at a time");
        Assert.That(locks.Holders, Is.EquivalentTo(cluster.Nodes.Select(static node => node.MachineId)));
    }

    private static async Task PrepareAsync(SystemdNode node)
    {
        node.Set($"CORENODE_UPDATE_ROOT={Root}", "CORENODE_REBOOT_STRATEGY=etcd-lock");
        Directory.CreateDirectory(Path.GetDirectoryName(node.Container.Inside(BootId))!);
        File.CreateSymbolicLink(node.Container.Inside($"{Root[1..]}/run"), "/run");
        await WriteBootAsync(node, 1);
    }

    // The boot stage of each machine.
    private static async Task FollowAsync(SystemdNode node)
    {
        Task<int> down = node.Container.EndAsync(s_patience);
        Assert.That(await down, Is.EqualTo(SystemdContainer.RebootAsked), $"n{node.Number}: nspawn's exit code");
        await WriteBootAsync(node, 2);
        await node.Container.BootAsync();
    }

    private static Task WriteBootAsync(SystemdNode node, int boot) => File.WriteAllTextAsync(
        node.Container.Inside(BootId),
        string.Create(CultureInfo.InvariantCulture, $"boot-{boot}-of-n{node.Number}\n"));
}
