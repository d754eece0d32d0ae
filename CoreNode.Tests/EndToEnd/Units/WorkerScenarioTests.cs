using System.Globalization;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// A machine without a vote (--proxy) runs units: store and lease reach it through requests between nodes.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class WorkerScenarioTests
{
    private const int Number = 9;
    private const string Token = "a-cluster-with-workers";

    [Test]
    public async Task A_worker_runs_units_keeps_them_when_the_leader_changes_and_is_missed_when_it_is_gone()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(
            3, static _ => ["--initial-cluster-token", Token]);
        await using ServerProcess worker = Prepare(cluster.Machines.Members, Token);
        worker.Launch();
        await worker.WaitUntilReadyAsync();
        await StartAsync(cluster, cluster.Write("there.service", "MachineMetadata=role=worker"));
        await cluster.UntilActiveAsync("there.service");
        Assert.That(await cluster.ActiveOnAsync("there.service"), Is.EqualTo(new[] { Number }));
        Assert.That(
            (await cluster.GetAsync("/fleet/v1/machines")).ToJsonString(),
            Does.Contain(UnitCluster.MachineId(Number)));

        // The leader goes: the worker's lease and its unit do not.
        int process = cluster.CopiesOf("there.service")[0];
        ServerProcess leader = await cluster.Machines.WaitForCommonLeaderAsync(TimeSpan.FromSeconds(30));
        await leader.KillAsync();
        await cluster.Machines.WaitForCommonLeaderAsync(TimeSpan.FromSeconds(30));
        await StartAsync(cluster, cluster.Write("later.service", "MachineMetadata=role=worker"));
        await cluster.UntilActiveAsync("later.service");
        Assert.That(cluster.CopiesOf("there.service"), Is.EqualTo(new[] { process }), "it was not touched");

        // With the leader's machine that is the second one within a minute: its units are kept, and it is said why.
        await worker.KillAsync();
        await cluster.UntilAsync(
            async () => (await cluster.CorenodeAsync(Running(cluster), "unit", "list")).Output.Contains(
                $"{UnitCluster.MachineId(Number)} is lost", StringComparison.Ordinal),
            "the worker is missed");
    }

    [Test]
    public async Task A_worker_of_a_cluster_with_the_default_token_says_why_it_runs_no_units()
    {
        await using UnitCluster cluster = await UnitCluster.StartAsync(1);
        await using ServerProcess worker = Prepare(cluster.Machines.Members, token: null);
        worker.Launch();
        await worker.WaitUntilReadyAsync();
        await cluster.UntilAsync(
            () => Task.FromResult(worker.StandardError.Contains("--initial-cluster-token", StringComparison.Ordinal)
                && worker.StandardError.Contains("Units do not run here before that", StringComparison.Ordinal)),
            "it says so");
    }

    private static int Running(UnitCluster cluster) =>
        ClusterProcesses.PlaceOf(cluster.Machines.Members.First(static m => m.IsRunning));

    private static async Task StartAsync(UnitCluster cluster, string file)
    {
        ProgramResult result = await cluster.CorenodeAsync(Running(cluster), "unit", "start", file);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
    }

    private static ServerProcess Prepare(IReadOnlyList<ServerProcess> members, string? token)
    {
        string all = string.Join(',', members.Select(m => m.Place.InitialMember));
        int adminPort = FreePorts.Next();
        ServerCommand command = new("corenode --proxy", TestPrograms.Corenode, place =>
        [
            "node", "--proxy", "on", "--name", place.Name, "--data-dir", place.DataFolder,
            "--unix-socket", place.SocketPath,
            "--initial-cluster", all,
            "--listen-client-urls", ServerPlace.Text(place.ClientUrl),
            "--listen-peer-urls", ServerPlace.Text(place.PeerUrl),
            "--initial-advertise-peer-urls", ServerPlace.Text(place.PeerUrl),
            "--listen-admin-urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{adminPort}"),
            "--unit-manager", "embedded", "--units-lease", "2s",
            "--machine-id", UnitCluster.MachineId(Number), "--metadata", "role=worker",
            .. token is null ? Array.Empty<string>() : ["--initial-cluster-token", token],
        ]);
        return ServerProcess.Prepare(
            command, [], folder => new ServerPlace(folder, FreePorts.Next(), FreePorts.Next()) { Name = "worker" });
    }
}
