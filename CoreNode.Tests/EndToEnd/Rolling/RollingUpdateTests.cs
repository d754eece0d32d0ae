using System.Diagnostics;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Units.Systemd;

namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>
/// Three machines with a systemd and two slots each that are told of a release: it goes from one to the next by itself,
/// and no further than the first one if it is broken.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RollingUpdateTests
{
    private const long Requests = 50_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(6);

    private List<UpdatingMachine> _machines = null!;
    private string? _check;

    [SetUp]
    public void Begin()
    {
        _machines = [];
        _check = null;
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (UpdatingMachine machine in _machines)
            await machine.DisposeAsync();
    }

    [Test]
    [CancelAfter(900_000)]
    public async Task A_release_reaches_all_three_one_after_the_other_and_no_request_fails()
    {
        await using SystemdCluster cluster = await SystemdCluster.StartAsync(lease: "10s", prepare: PrepareAsync);
        await using BootStages stages = new(_machines);
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
        Stopwatch watch = Stopwatch.StartNew();
        await TellAsync(cluster);
        await cluster.UntilAsync(
            async () =>
            {
                stages.Check();
                foreach (UpdatingMachine machine in _machines)
                {
                    if (!IsUpdated(machine) || !await IsAtRestAsync(machine))
                        return false;
                }

                return await IsFreeAsync(first);
            },
            "all of them run 2.0 and the lock is free", s_patience);
        TimeSpan took = watch.Elapsed;
        await client.FinishAsync(Requests);
        await locks.FinishAsync();
        TestContext.Out.WriteLine(
            $"{client.Failures.Count} of {client.Sent} requests failed; updated after {took.TotalSeconds:0} s, at most "
            + $"{locks.Most} away");
        Assert.That(client.Failures, Is.Empty, $"of {client.Sent} requests");
        Assert.That(locks.Most, Is.EqualTo(1), "machines away at a time");
        Assert.That(locks.Holders, Is.EquivalentTo(cluster.Nodes.Select(static node => node.MachineId)));
        foreach (UpdatingMachine machine in _machines)
        {
            Assert.That(machine.BootedInto(), Is.EqualTo("USR-B"), $"n{machine.Node.Number}");
            Assert.That(machine.Attributes("USR-B").ToString(), Is.EqualTo("2/0/1"), "tried once, marked good");
        }
    }

    [Test]
    [CancelAfter(900_000)]
    public async Task A_broken_release_stops_at_the_first_machine()
    {
        _check = UpdatingMachine.FailsInNewSlot;
        await using SystemdCluster cluster = await SystemdCluster.StartAsync(lease: "10s", prepare: PrepareAsync);
        await using BootStages stages = new(_machines);
        await using LockWatch locks = new(cluster);
        await TellAsync(cluster);
        UpdatingMachine? broken = null;
        await cluster.UntilAsync(
            () =>
            {
                stages.Check();
                broken = _machines.Find(static one => one.BootedInto() == "USR-B USR-A");
                return Task.FromResult(broken is not null);
            },
            "a machine went back", s_patience);
        List<UpdatingMachine> others = _machines.FindAll(one => one != broken);
        string stopped = $"2.0 went back on {broken!.Node.MachineId} at ";
        foreach (UpdatingMachine other in others)
        {
            await cluster.UntilAsync(
                async () =>
                {
                    stages.Check();
                    string status = (await other.Node.TryCorenodeAsync("reboot", "status")).Output;
                    return status.Contains(stopped, StringComparison.Ordinal)
                        && status.Contains("wanted since ", StringComparison.Ordinal);
                },
                $"n{other.Node.Number} waits", s_patience);
        }

        SystemdNode next = others[0].Node;
        await cluster.UntilAsync(() => IsFreeAsync(next), "nobody holds the lock");
        await locks.FinishAsync();
        Assert.That(locks.Most, Is.EqualTo(1), "holders at a time");
        Assert.That(locks.Holders[0], Is.EqualTo(broken.Node.MachineId));
        Assert.That(others.ConvertAll(static one => one.BootedInto()), Is.All.Empty, "the others have not restarted");
        const string mend = "corenode lock allow 2.0";
        Assert.That(
            await next.CorenodeAsync("lock", "status"), Does.Contain($"stopped: {stopped}").And.Contain(mend));
        Assert.That(
            (await next.TryCorenodeAsync("doctor")).Output, Does.Contain(stopped).And.Contain(mend));

        await next.CorenodeAsync("lock", "allow", "2.0");
        // Those that gave the lock back look again after two minutes; a node that starts anew does so at once.
        await next.SystemctlAsync("restart", SystemdNode.Service);
        await cluster.UntilAsync(
            () =>
            {
                stages.Check();
                return Task.FromResult(others.Exists(static one => one.BootedInto().Length > 0));
            },
            "another one tries it once it is allowed", s_patience);
    }

    private static async Task TellAsync(SystemdCluster cluster)
    {
        foreach (SystemdNode node in cluster.Nodes)
        {
            await cluster.UntilAsync(
                async () => (await node.TryCorenodeAsync("update", "now", "--no-block")).ExitCode == 0,
                $"n{node.Number} is told of 2.0");
        }
    }

    private static bool IsUpdated(UpdatingMachine machine) =>
        machine.BootedInto().Length > 0 && machine.Attributes("USR-B").IsSuccessful;

    private static async Task<bool> IsAtRestAsync(UpdatingMachine machine)
    {
        ProgramResult shown = await machine.Node.TryCorenodeAsync("update", "status", "-o", "json");
        if (shown.ExitCode != 0)
            return false;
        JsonElement status = JsonDocument.Parse(shown.Output).RootElement;
        return status.GetProperty("stage").GetString() == "idle"
            && status.GetProperty("runningVersion").GetString() == "2.0";
    }

    private static async Task<bool> IsFreeAsync(SystemdNode node) =>
        (await node.TryCorenodeAsync("lock", "status", "-o", "json")).Output.Contains(
            "\"holders\":[]", StringComparison.Ordinal);

    private async Task PrepareAsync(SystemdNode node) =>
        _machines.Add(await UpdatingMachine.InstallAsync(node, _machines.FirstOrDefault(), _check));
}
