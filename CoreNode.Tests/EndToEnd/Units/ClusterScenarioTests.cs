
namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// fleet's functional tests about machines that come and go (functional/node_test.go, cluster_test.go,
/// connectivity-loss_test.go, shutdown_test.go), on native machines with the embedded runner.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class ClusterScenarioTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task DynamicClusterNewMemberUnitMigration_only_the_lost_machines_unit_moves()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(4);
        string[] names = ["mover@1.service", "mover@2.service", "mover@3.service"];
        foreach (string name in names)
            await cluster.FleetAsync("start", cluster.Write(name, "Conflicts=mover@*.service"));
        Dictionary<string, int> machines = await MachinesAsync(cluster, names);
        Dictionary<string, int> processes = names.ToDictionary(name => name, name => cluster.CopiesOf(name)[0]);
        Assert.That(machines.Values, Is.Unique);
        string lost = names.First(name => machines[name] != 1);
        int empty = Enumerable.Range(1, 4).Single(number => !machines.ContainsValue(number));
        await cluster.Machines.Members[machines[lost] - 1].KillAsync();
        foreach (int pid in cluster.CopiesOf(lost))
            Signals.Send(pid, Signals.Kill);
        await cluster.UntilAsync(
            async () => await cluster.ActiveOnAsync(lost) is [int now] && now == empty, $"{lost} moves to m{empty}",
            s_patience);
        foreach (string other in names.Where(name => name != lost))
        {
            Assert.That(await cluster.ActiveOnAsync(other), Is.EqualTo(new[] { machines[other] }), "it did not move");
            Assert.That(cluster.CopiesOf(other), Is.EqualTo(new[] { processes[other] }), "it was not restarted");
        }
    }

    [Test]
    public async Task A_unit_of_a_lost_machine_runs_elsewhere_and_its_old_copy_ends_when_the_machine_is_back()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(3);
        await cluster.FleetAsync("start", cluster.Write("plain.service"));
        int first = (await cluster.ActiveOnAsync("plain.service"))[0];
        await cluster.Machines.Members[first - 1].KillAsync();
        await cluster.UntilAsync(
            async () => await cluster.ActiveOnAsync("plain.service") is [int now] && now != first, "it runs elsewhere",
            s_patience);
        Assert.That(cluster.CopiesOf("plain.service"), Has.Count.EqualTo(2), "units outlive their supervisor");
        await cluster.Machines.Members[first - 1].RestartAsync();
        await cluster.UntilAsync(
            () => Task.FromResult(cluster.CopiesOf("plain.service").Count == 1), "the old copy ends", s_patience);
    }

    [Test]
    public async Task A_singleton_never_has_two_copies_when_its_supervisor_is_killed_or_stopped(
        [Values] bool isKilled)
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(3);
        await cluster.FleetAsync("start", cluster.Write("only.service", "Singleton=yes"));
        await cluster.UntilActiveAsync("only.service");
        int first = (await cluster.ActiveOnAsync("only.service"))[0];
        ServerProcess lost = cluster.Machines.Members[first - 1];
        using CancellationTokenSource watching = new();
        Task<int> most = MostCopiesAsync(cluster, "only.service", watching.Token);
        if (isKilled)
            await lost.KillAsync();
        else
            cluster.Pause(lost);
        await cluster.UntilAsync(
            async () => await cluster.ActiveOnAsync("only.service") is [int now] && now != first
                && cluster.CopiesOf("only.service").Count == 1,
            "it runs elsewhere", s_patience);
        if (isKilled)
            await lost.RestartAsync();
        else
            cluster.Resume(lost);
        await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
        await watching.CancelAsync();
        Assert.That(await most, Is.LessThanOrEqualTo(1), "copies at one moment");
        await cluster.UntilActiveAsync("only.service");
    }

    [Test]
    public async Task SingleNodeConnectivityLoss_changes_nothing_on_the_machine()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(1);
        await cluster.FleetAsync("submit", cluster.Write("one.service"));
        await cluster.FleetAsync("load", cluster.Write("two.service"));
        await cluster.FleetAsync("start", cluster.Write("three.service"));
        await cluster.FleetAsync("start", "--no-block", cluster.Write("four.service", "Global=true"));
        await cluster.UntilActiveAsync("four.service");
        int[] before = [.. cluster.CopiesOf("").Order()];
        ServerProcess node = cluster.Machines.Members[0];
        cluster.Pause(node);
        await Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None);
        cluster.Resume(node);
        await cluster.UntilActiveAsync("three.service");
        Assert.That(cluster.CopiesOf("").Order(), Is.EqualTo(before), "the same processes run");
    }

    [Test]
    public async Task Units_survive_a_restart_of_their_supervisor()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(1);
        await cluster.FleetAsync("start", cluster.Write("kept.service"));
        await cluster.UntilActiveAsync("kept.service");
        int before = cluster.CopiesOf("kept.service")[0];
        await cluster.Machines.Members[0].KillAsync();
        await cluster.Machines.Members[0].RestartAsync();
        await cluster.UntilActiveAsync("kept.service");
        Assert.That(cluster.CopiesOf("kept.service"), Is.EqualTo(new[] { before }), "it was adopted");
        await cluster.FleetAsync("stop", "kept.service");
        await cluster.UntilActiveAsync("kept.service", 0);
    }

    [Test]
    public async Task DetectMachineId_a_second_machine_of_one_id_is_refused()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(
            2, static number => number == 2 ? ["--machine-id", UnitCluster.MachineId(1)] : []);
        await cluster.FleetAsync("list-machines");
        await cluster.UntilAsync(
            () => Task.FromResult(cluster.Machines.Members.Any(static m =>
                m.StandardError.Contains("another machine", StringComparison.Ordinal))),
            "one of them says so", s_patience);
        Assert.That(
            (await cluster.GetAsync("/fleet/v1/machines"))["machines"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Shutdown_ends_cleanly()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(1);
        await cluster.FleetAsync("start", cluster.Write("ended.service"));
        await cluster.UntilActiveAsync("ended.service");
        (int code, TimeSpan elapsed) = await cluster.Machines.Members[0].StopAsync();
        Assert.That(code, Is.Zero, cluster.Machines.Words());
        Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(cluster.CopiesOf("ended.service"), Is.Empty, "a node that leaves takes its units with it");
    }

    [Test]
    public async Task ShutdownVsMonitor_ends_cleanly_while_there_is_no_leader()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(3);
        await cluster.FleetAsync("start", cluster.Write("tended.service", "MachineMetadata=n=1"));
        await cluster.UntilActiveAsync("tended.service");
        await cluster.Machines.Members[1].KillAsync();
        await cluster.Machines.Members[2].KillAsync();

        // A write takes longer to fail than the lease lasts: from here on it asks for another one, and nobody answers.
        using HttpClient http = new() { Timeout = s_patience };
        await cluster.UntilAsync(
            async () =>
            {
                using HttpResponseMessage answer = await http.PutAsync(
                    $"{cluster.Machines.Members[0].Url}/v2/keys/probe?value=1", null);
                return !answer.IsSuccessStatusCode;
            },
            "nothing can be written", s_patience);
        (int code, TimeSpan elapsed) = await cluster.Machines.Members[0].StopAsync();
        Assert.That(code, Is.Zero, cluster.Machines.Words());
        Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task A_cluster_that_uses_no_units_has_no_key_of_them()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(1);
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.GetAsync(
            $"{cluster.Machines.Members[0].Url}/v2/keys/_coreos.com?recursive=true");
        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
        Assert.That(answer.Headers.GetValues("X-Etcd-Index"), Is.EqualTo(new[] { "3" }).Or.EqualTo(new[] { "4" }));
    }

    private static async Task<Dictionary<string, int>> MachinesAsync(UnitCluster cluster, string[] names)
    {
        Dictionary<string, int> machines = [];
        foreach (string name in names)
        {
            await cluster.UntilActiveAsync(name);
            machines.Add(name, (await cluster.ActiveOnAsync(name))[0]);
        }

        return machines;
    }

    private static async Task<int> MostCopiesAsync(UnitCluster cluster, string unit, CancellationToken stop)
    {
        int most = 0;
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, cluster.CopiesOf(unit).Count);
            await Task.Delay(20, CancellationToken.None);
        }

        return most;
    }
}
