namespace CoreNode.Tests.EndToEnd.Units.Systemd;

/// <summary>
/// The run through everything on three machines with a systemd of their own, one of which loses its power.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SystemdRunTests
{
    private const string Template = """
        [Unit]
        Description=Web %i

        [Service]
        ExecStart=/bin/sh -c 'echo hello from %i; exec sleep infinity'

        [X-Fleet]
        Conflicts=web@*.service
        Announce=/services/web/%i http://%{ip}:8080

        """;

    [Test]
    public async Task A_unit_runs_on_the_right_machine_and_elsewhere_when_that_one_dies()
    {
        await using SystemdCluster cluster = await SystemdCluster.StartAsync();
        SystemdNode first = cluster[1];

        // On the machine that was asked for, and everything about it from another one.
        string pinned = first.Write("pinned.service", """
            [Service]
            ExecStart=/bin/sh -c 'echo here I am; exec sleep infinity'

            [X-Fleet]
            MachineMetadata=n=3

            """);
        await first.CorenodeAsync("unit", "start", "--wait", "30", pinned);
        Assert.That(await cluster.ActiveOnAsync("pinned.service"), Is.EqualTo(new[] { 3 }));
        Assert.That((await cluster[3].StateAsync("pinned.service")).Active, Is.EqualTo("active"));
        await cluster.UntilAsync(
            async () => (await cluster[2].CorenodeAsync("unit", "journal", "pinned.service"))
                .Contains("here I am", StringComparison.Ordinal),
            "its journal is read from another node");
        Assert.That(await cluster[2].CorenodeAsync("unit", "status", "pinned.service"), Does.Contain("active"));

        // Instances of a template, one on each machine, announced while they run.
        await first.CorenodeAsync("unit", "submit", first.Write("web@.service", Template));
        await first.CorenodeAsync(
            "unit", "start", "--wait", "30", "web@1.service", "web@2.service");
        Assert.That(await KeyAsync(first, "/services/web/1"), Does.StartWith("http://10.77.0.1"));

        // The machine of one of them loses its power: not the pinned unit's, for that one has nowhere to go.
        int lost = (await cluster.UntilActiveAsync("web@1.service"))[0];
        int other = (await cluster.UntilActiveAsync("web@2.service"))[0];
        int free = 6 - lost - other;
        SystemdState kept = await cluster[other].StateAsync("web@2.service");
        await cluster[lost].Container.CutPowerAsync();
        SystemdNode asked = cluster[other];
        await cluster.UntilAsync(
            async () => (await cluster.ActiveOnAsync("web@1.service", asked)) is [int now] && now == free,
            $"web@1.service runs on n{free}");
        Assert.That((await cluster[free].StateAsync("web@1.service")).Active, Is.EqualTo("active"));
        Assert.That(
            await KeyAsync(asked, "/services/web/1"),
            Does.Contain(Clusters.PacketNetwork.Address(free).ToString()), "announced from its new machine");
        Assert.That(await cluster[other].StateAsync("web@2.service"), Is.EqualTo(kept), "nobody touched the other one");

        // It is back, and nothing moves.
        SystemdState moved = await cluster[free].StateAsync("web@1.service");
        await cluster[lost].Container.BootAsync();
        await cluster.UntilWholeAsync();
        await cluster.UntilActiveAsync("pinned.service");
        Assert.That(await cluster[free].StateAsync("web@1.service"), Is.EqualTo(moved));
        Assert.That(await cluster[other].StateAsync("web@2.service"), Is.EqualTo(kept));
        Assert.That((await cluster[lost].StateAsync("web@1.service")).Load, Is.EqualTo("not-found"));
        Assert.That(await first.FleetAsync("list-units", "--no-legend"), Does.Contain("web@1.service"));

        await cluster.ClearAsync();
        Assert.That((await first.TryCorenodeAsync("kv", "get", "/services/web/1")).ExitCode, Is.EqualTo(4));
    }

    private static async Task<string> KeyAsync(SystemdNode node, string key) =>
        await node.CorenodeAsync("kv", "get", key);
}
