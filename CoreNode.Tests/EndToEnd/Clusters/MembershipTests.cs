using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>Members come, go, are replaced and recovered, each by the one command that the runbook names.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class MembershipTests
{
    private const int StoppedForGood = 5;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);
    private static readonly ClusterShape s_shape = new() { Command = NodeProcess.Command };

    [Test]
    public async Task A_fourth_member_is_started_as_printed_and_stops_for_good_when_removed()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        ServerProcess first = cluster.Members[0];
        await SetAsync(first, "before");
        using TestFolder folder = new();
        string peer = $"http://127.0.0.1:{FreePorts.Next()}";
        string client = $"http://127.0.0.1:{FreePorts.Next()}";
        ProgramResult added = await RunAsync(first, "member", "add", "d", peer, "-o", "json");
        Assert.That(added.ExitCode, Is.Zero, added.Error);
        string command = (string)JsonNode.Parse(added.Output)!["command"]!;
        string[] arguments =
        [
            .. command.Split(' ')[1..], "--data-dir", folder.File("data"), "--listen-client-urls", client,
            "--unix-socket", "none",
        ];
        using (RunningProgram node = RunningProgram.Start(TestPrograms.Corenode(), arguments, null))
        {
            await UntilAsync(cluster, async () =>
            {
                Assert.That(node.HasExited, Is.False, node.StandardError);
                string members = (await RunAsync(first, "member", "list")).Output;
                return members.Contains("name=d ") && !members.Contains("isLearner")
                    && (await RunAtAsync(client, "kv", "get", "/before")).Output == "v\n";
            });
            ProgramResult removed = await RunAsync(first, "member", "remove", "d");
            Assert.That(removed.ExitCode, Is.Zero, removed.Error);
            Assert.That(await node.WaitForExitAsync(s_deadline), Is.EqualTo(StoppedForGood), node.StandardError);
            Assert.That(node.StandardError, Does.Contain("removed from the cluster"));
        }

        ProgramResult again = await ProgramResult.OfAsync(TestPrograms.Corenode(), arguments);
        Assert.That(again.ExitCode, Is.EqualTo(StoppedForGood), again.Error);
        await SetAsync(first, "after");
    }

    [Test]
    public async Task A_wiped_member_is_refused_and_comes_back_under_its_name_by_one_command()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        ServerProcess first = cluster.Members[0];
        ServerProcess wiped = cluster.Members[2];
        await SetAsync(first, "before");
        await wiped.KillAsync();
        await cluster.WaitForLeaderAsync(s_deadline, other: wiped);
        wiped.Wipe();
        wiped.Launch();
        Assert.That(await wiped.WaitForExitAsync(s_deadline), Is.EqualTo(1));
        Assert.That(wiped.StandardError, Does.Contain($"member add --replace {wiped.Place.Name}"));
        ProgramResult replaced = await RunAsync(
            first, "member", "add", "--replace", wiped.Place.Name, ServerPlace.Text(wiped.Place.PeerUrl));
        Assert.That(replaced.ExitCode, Is.Zero, replaced.Error);
        wiped.Wipe();
        wiped.Place = wiped.Place with { Joins = true };
        await wiped.RestartAsync();
        await UntilAsync(cluster, async () => (await RunAsync(wiped, "kv", "get", "/before")).Output == "v\n"
            && !(await RunAsync(first, "member", "list")).Output.Contains("isLearner"));
        await cluster.Members[1].KillAsync();
        await cluster.WaitForCommonLeaderAsync(s_deadline);
        await SetAsync(first, "with the vote of the replaced one");
    }

    [Test]
    public async Task One_survivor_of_three_is_recovered_and_others_join_it()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        ServerProcess survivor = cluster.Members[2];
        await SetAsync(survivor, "before");
        await cluster.Members[0].KillAsync();
        await cluster.Members[1].KillAsync();
        ProgramResult running = await RecoverAsync(survivor);
        Assert.That((running.ExitCode, running.Error), Is.EqualTo(
            (1, $"{survivor.DataFolder} is in use by a node; stop it first\n")));
        await survivor.StopAsync();
        ProgramResult recovered = await RecoverAsync(survivor);
        Assert.That(recovered.ExitCode, Is.Zero, recovered.Error);
        Assert.That(recovered.Error, Does.Contain("m1 (").And.Contain("m2 ("));
        await survivor.RestartAsync();
        Assert.That((await RunAsync(survivor, "kv", "get", "/before")).Output, Is.EqualTo("v\n"));
        ServerProcess joined = await cluster.AddAsync();
        await joined.WaitUntilReadyAsync();
        await SetAsync(survivor, "after");
        await UntilAsync(cluster, async () => (await RunAsync(joined, "kv", "get", "/after")).Output == "v\n");

        // A member of the old cluster is shut out, and says so.
        cluster.Members[0].Launch();
        await UntilAsync(cluster, () => Task.FromResult(
            cluster.Members[0].StandardError.Contains("refuses this", StringComparison.Ordinal)));
        Assert.That((await RunAsync(survivor, "cluster", "health")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_node_that_is_forced_goes_on_alone_and_only_once()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        ServerProcess survivor = cluster.Members[1];
        await SetAsync(survivor, "before");
        foreach (ServerProcess member in cluster.Members)
            await member.KillAsync();
        string[] forced = ["node", .. survivor.Place.CommonFlags, "--unix-socket", "none", "--force-new-cluster"];
        List<string> clusterIds = [];
        for (int i = 0; i < 2; i++)
        {
            using RunningProgram node = RunningProgram.Start(TestPrograms.Corenode(), forced, null);
            await UntilAsync(cluster, async () => (await RunAsync(survivor, "kv", "get", "/before")).Output == "v\n");
            await SetAsync(survivor, "after");
            ProgramResult status = await RunAsync(survivor, "cluster", "status", "-o", "json");
            JsonArray members = JsonNode.Parse(status.Output)!["members"]!.AsArray();
            Assert.That(members, Has.Count.EqualTo(1));
            clusterIds.Add((string)members[0]!["status"]!["clusterId"]!);
            Signals.Send(node.Pid, Signals.Terminate);
            Assert.That(await node.WaitForExitAsync(s_deadline), Is.Zero, node.StandardError);
        }

        Assert.That(clusterIds[0], Is.EqualTo(clusterIds[1]), "a flag that is left there changes nothing more");
    }

    [Test]
    public async Task A_backup_of_a_running_cluster_becomes_a_new_one()
    {
        using TestFolder folder = new();
        string file = folder.File("backup");
        await using (ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape))
        {
            for (int i = 0; i < 20; i++)
                await SetAsync(cluster.Members[i % 3], $"k{i}");
            ProgramResult backup = await RunAsync(cluster.Members[1], "cluster", "backup", file);
            Assert.That(backup.ExitCode, Is.Zero, backup.Error);
            Assert.That(backup.Output, Does.Contain(" 20 keys, "));
        }

        ServerProcess restored = ServerProcess.Prepare(
            NodeProcess.Command, [], place => new ServerPlace(place, FreePorts.Next(), FreePorts.Next()));
        await using (restored)
        {
            ProgramResult restore = await ProgramResult.OfAsync(TestPrograms.Corenode(),
            [
                "cluster", "restore", file, "--data-dir", restored.DataFolder, "--name", "default",
                "--initial-advertise-peer-urls", ServerPlace.Text(restored.Place.PeerUrl),
            ]);
            Assert.That(restore.ExitCode, Is.Zero, restore.Error);
            await restored.RestartAsync();
            ProgramResult listed = await RunAsync(restored, "kv", "ls", "/");
            Assert.That(listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(20));
            await SetAsync(restored, "after");
        }
    }

    private static Task<ProgramResult> RecoverAsync(ServerProcess member) => ProgramResult.OfAsync(
        TestPrograms.Corenode(), ["cluster", "recover", "--data-dir", member.DataFolder, "--yes"]);

    private static Task<ProgramResult> RunAsync(ServerProcess member, params string[] arguments) =>
        RunAtAsync(member.Url, arguments);

    private static Task<ProgramResult> RunAtAsync(string url, params string[] arguments) =>
        ProgramResult.OfAsync(TestPrograms.Corenode(), ["--endpoints", url, .. arguments]);

    private static async Task SetAsync(ServerProcess member, string key)
    {
        ProgramResult set = await RunAsync(member, "kv", "set", "/" + key, "v");
        Assert.That(set.ExitCode, Is.Zero, set.Error);
    }

    private static async Task UntilAsync(ClusterProcesses cluster, Func<Task<bool>> condition)
    {
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > s_deadline)
                throw new TimeoutException($"not after {s_deadline}\n{cluster.Words()}");
            await Task.Delay(50);
        }
    }
}
