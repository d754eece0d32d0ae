using CoreNode.Tests.EndToEnd.Units.Systemd;

namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>
/// A service of two instances on three machines with a systemd of their own, while machines are drained one after the
/// other and a new version of the service comes: no client sees a failed request.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RollingDrainTests
{
    private const long Requests = 50_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Test]
    [CancelAfter(600_000)]
    public async Task No_request_fails_while_machines_are_drained_and_the_service_is_replaced()
    {
        await using SystemdCluster cluster = await SystemdCluster.StartAsync(lease: "10s");
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

        foreach (SystemdNode node in cluster.Nodes)
        {
            await first.CorenodeAsync("machine", "drain", node.MachineId, "--reason", "a test", "--wait", "120");
            Assert.That(await RunningAsync(node), Is.Empty, $"units on n{node.Number}");
            await first.CorenodeAsync("machine", "uncordon", node.MachineId);
        }

        first.Write(WebService.Template, WebService.Text("2"));
        await first.CorenodeAsync("unit", "submit", "--replace", $"/root/{WebService.Template}");
        await cluster.UntilAsync(
            async () => await VersionsAsync(cluster) == "web 2, web 2", "both instances are of the new version",
            s_patience);
        await client.FinishAsync(Requests);
        TestContext.Out.WriteLine($"{client.Failures.Count} of {client.Sent} requests failed");
        Assert.That(client.Failures, Is.Empty, $"of {client.Sent} requests");
    }

    // As its systemd lists them: name, states, description.
    private static async Task<string[]> RunningAsync(SystemdNode node, string states = "active,activating,deactivating")
    {
        string listed = (await node.Container.RunAsync(
            "systemctl", "list-units", $"--state={states}", "--plain", "--no-legend", "web@*")).Output;
        return listed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static async Task<string> VersionsAsync(SystemdCluster cluster)
    {
        List<string> versions = [];
        foreach (SystemdNode node in cluster.Nodes)
        {
            foreach (string line in await RunningAsync(node, "active"))
                versions.Add(line[line.IndexOf("web ", StringComparison.Ordinal)..]);
        }

        return string.Join(", ", versions);
    }
}
