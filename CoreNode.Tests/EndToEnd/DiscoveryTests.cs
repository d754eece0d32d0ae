using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Machines that are started alike find each other: with the native service and with a directory of Debian's etcd; and
/// Debian's etcd finds its members by the native service.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class DiscoveryTests
{
    [Test]
    public async Task Three_etcds_form_their_cluster_by_the_native_service()
    {
        TestPrograms.Etcd();
        await using DiscoveryServer server = await DiscoveryServer.StartAsync();
        string token = await server.NewAsync(3);
        await using DiscoveredMachines machines = new();
        foreach (int number in new[] { 1, 2, 3 })
            machines.StartEtcd(number, token);
        await machines.UntilTheyServeAsync(1, 2, 3);

        // The fourth is a proxy of its own kind, for the members that the service named.
        machines.StartEtcd(4, token);
        await machines.UntilItSaysAsync(4, "discovery cluster full, falling back to proxy");
    }

    [Test]
    public async Task Five_machines_of_one_configuration_are_three_members_and_two_proxies()
    {
        await using DiscoveryServer server = await DiscoveryServer.StartAsync();
        string token = await server.NewAsync(3);
        await using DiscoveredMachines machines = new();
        int[] all = [1, 2, 3, 4, 5];
        foreach (int number in all)
            machines.Start(number, "--discovery", token);
        int[] members = await MembersAsync(machines, all);
        await machines.UntilTheyServeAsync(members);
        foreach (int number in all.Except(members))
            await machines.UntilItSaysAsync(number, "this machine becomes a proxy");

        // A late one is refused where it may not be a proxy, with who the members are.
        machines.Start(6, "--discovery", token, "--discovery-fallback", "exit");
        Assert.That(await machines.WaitForExitAsync(6), Is.EqualTo(1));
        Assert.That(machines.Words(6), Does.Contain("this machine is none of them").And.Contain(
            machines.PeerUrl(members[0])));
    }

    [Test]
    public async Task A_machine_and_the_service_are_killed_in_the_middle_and_the_cluster_forms_all_the_same()
    {
        await using DiscoveryServer server = await DiscoveryServer.StartAsync();
        string token = await server.NewAsync(3);
        await using DiscoveredMachines machines = new();
        machines.Start(1, "--discovery", token);
        await machines.UntilItSaysAsync(1, "1 of 3 machines are here");
        machines.Start(2, "--discovery", token);
        await machines.UntilItSaysAsync(2, "2 of 3 machines are here");
        await machines.KillAsync(2);
        await server.KillAsync();
        await machines.UntilItSaysAsync(1, "does not help now");
        machines.Start(2, "--discovery", token);
        await machines.UntilItSaysAsync(2, "goes on from there");
        await machines.UntilItSaysAsync(2, "does not help now");
        await server.RestartAsync();
        await machines.UntilItSaysAsync(2, "2 of 3 machines are here");
        machines.Start(3, "--discovery", token);
        await machines.UntilTheyServeAsync(1, 2, 3);

        // A member asks nobody any more.
        await server.KillAsync();
        await machines.KillAsync(3);
        machines.Start(3, "--discovery", token);
        await machines.UntilTheyServeAsync(1, 2, 3);
        Assert.That(machines.Words(3), Does.Contain("this machine is a member already"));

        // One that lost its data does not become one of them again by itself.
        await server.RestartAsync();
        await machines.KillAsync(2);
        Directory.Delete(machines.DataFolder(2), recursive: true);
        machines.Start(2, "--discovery", token);
        Assert.That(await machines.WaitForExitAsync(2), Is.EqualTo(1));
        Assert.That(machines.Words(2), Does.Contain("member add --replace"));
    }

    [Test]
    public async Task A_directory_of_an_etcd_is_a_discovery_url()
    {
        await using ServerProcess etcd = await EtcdProcess.StartAsync();
        string directory = etcd.Url + "/v2/keys/_etcd/registry/my-token";
        using HttpClient http = new();
        using FormUrlEncodedContent size = new([new("value", "3")]);
        using HttpResponseMessage put = await http.PutAsync(directory + "/_config/size", size);
        Assert.That(put.IsSuccessStatusCode, Is.True);
        await using DiscoveredMachines machines = new();
        foreach (int number in new[] { 1, 2, 3, 4 })
            machines.Start(number, "--discovery", directory + "/");
        int[] members = await MembersAsync(machines, [1, 2, 3, 4]);
        await machines.UntilTheyServeAsync(members);
        JsonNode list = JsonNode.Parse(await http.GetStringAsync(directory))!["node"]!["nodes"]!;
        Assert.That(list.AsArray().Count, Is.InRange(3, 4));
    }

    [Test]
    public async Task What_is_wrong_with_a_token_is_said_and_the_exit_code_is_1()
    {
        await using ServerProcess etcd = await EtcdProcess.StartAsync();
        await using DiscoveryServer server = await DiscoveryServer.StartAsync("--token-ttl", "1s");
        string registry = etcd.Url + "/v2/keys/registry";
        using HttpClient http = new();
        foreach ((string key, string value) in new[] { ("t1/other", "x"), ("t2/_config/size", "many"), ("t3", "file") })
        {
            using FormUrlEncodedContent form = new([new("value", value)]);
            using HttpResponseMessage put = await http.PutAsync($"{registry}/{key}", form);
            Assert.That(put.IsSuccessStatusCode, Is.True);
        }

        string expired = await server.NewAsync(3);
        await using DiscoveredMachines machines = new();
        await machines.UntilAsync(
            async () => (int)(await http.GetAsync(expired)).StatusCode == 404, "the token's expiry");
        (string Url, string Problem)[] cases =
        [
            (registry + "/t0", "has expired, or never was"),
            (registry + "/t1", "has no size"),
            (registry + "/t2", "its size is \"many\""),
            (registry + "/t3", "/registry/t3"),
            (expired, "has expired, or never was"),
            (server.Url + "/nothing", "is it the URL of a discovery token?"),
        ];
        for (int i = 0; i < cases.Length; i++)
            machines.Start(i + 1, "--discovery", cases[i].Url);
        for (int i = 0; i < cases.Length; i++)
        {
            Assert.That(await machines.WaitForExitAsync(i + 1), Is.EqualTo(1), cases[i].Url);
            Assert.That(machines.Words(i + 1), Does.Contain(cases[i].Problem), cases[i].Url);
        }
    }

    [Test]
    public async Task The_service_keeps_its_tokens_over_kill_9_and_its_url_is_json_for_programs()
    {
        await using DiscoveryServer server = await DiscoveryServer.StartAsync();
        ProgramResult made = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), ["discovery", "new", "--size", "5", "--server", server.Url, "-o", "json"]);
        JsonNode json = JsonNode.Parse(made.Output)!;
        Assert.That((int)json["size"]!, Is.EqualTo(5));
        await server.KillAsync();
        ProgramResult away = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), ["discovery", "new", "--size", "5", "--server", server.Url]);
        Assert.That((away.ExitCode, away.Output), Is.EqualTo((3, "")), away.Error);
        await server.RestartAsync();
        using HttpClient http = new();
        Assert.That(await http.GetStringAsync($"{json["url"]}/_config/size"), Does.Contain("\"value\":\"5\""));
    }

    [Test]
    public async Task A_service_manager_is_told_that_the_node_waits_so_that_no_start_limit_ends_it()
    {
        await using DiscoveryServer server = await DiscoveryServer.StartAsync();
        string token = await server.NewAsync(3);
        using NotifySocket manager = new();
        using TestFolder folder = new();
        using RunningProgram node = RunningProgram.Start(
            TestPrograms.Corenode(),
            [
                "node", "--unix-socket", "none", "--data-dir", folder.File("data"), "--discovery", token,
                "--listen-peer-urls", $"http://127.0.0.1:{FreePorts.Next()}", "--listen-client-urls",
                $"http://127.0.0.1:{FreePorts.Next()}", "--name", "n1",
            ],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = manager.Path });
        await manager.WaitForAsync("EXTEND_TIMEOUT_USEC=60000000", DiscoveredMachines.Deadline);
        await manager.WaitForAsync("STATUS=1 of 3 machines are here (n1)", DiscoveredMachines.Deadline);
        Signals.Send(node.Pid, Signals.Terminate);
        Assert.That(await node.WaitForExitAsync(DiscoveredMachines.Deadline), Is.Zero, node.StandardError);
    }

    // Those that say that they are members; the others say that they are not.
    private static async Task<int[]> MembersAsync(DiscoveredMachines machines, int[] all)
    {
        foreach (int number in all)
        {
            await machines.UntilAsync(
                () => Task.FromResult(IsMember(machines, number) || IsProxy(machines, number)),
                $"machine {number} finds its place");
        }

        int[] members = [.. all.Where(number => IsMember(machines, number))];
        Assert.That(members, Has.Length.EqualTo(3));
        return members;
    }

    private static bool IsMember(DiscoveredMachines machines, int number) =>
        machines.Words(number).Contains("the cluster is complete", StringComparison.Ordinal);

    private static bool IsProxy(DiscoveredMachines machines, int number) =>
        machines.Words(number).Contains("becomes a proxy", StringComparison.Ordinal);
}
