using System.Net;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.EndToEnd.Units;

namespace CoreNode.Tests.EndToEnd;

/// <summary>FleetLock on members and workers of a real cluster: one lock for all.</summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(120_000)]
internal sealed class FleetLockTests
{
    private const string Token = "secret of a test";

    // Workers reach the lock by the cluster's secret, which a token of the cluster's own makes.
    private static readonly ClusterShape s_shape = new()
    {
        Command = NodeProcess.Command,
        Extra = ["--initial-cluster-token", Token],
    };

    [Test]
    public async Task A_worker_and_a_member_answer_for_the_same_lock(CancellationToken stop)
    {
        string program = TestPrograms.Corenode();
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        int port = FreePorts.Next();
        string url = $"http://127.0.0.1:{port}";
        await using ServerProcess worker = WorkerProcess.Prepare(
            cluster.Members, NodeProcess.Command, "on", "--listen-fleetlock-urls", url,
            "--initial-cluster-token", Token);
        worker.Launch();
        await worker.WaitUntilReadyAsync();
        using HttpClient client = new();
        Dictionary<string, string> environment = new() { ["CORENODE_ENDPOINTS"] = cluster.Members[0].Url };

        Assert.That(await AskAsync("pre-reboot"), Is.EqualTo(HttpStatusCode.OK));
        ProgramResult full = await ProgramResult.OfAsync(program, ["lock", "acquire", "m2"], environment);
        Assert.That(full.ExitCode, Is.EqualTo(1), full.Error);
        Assert.That(full.Error, Does.Contain("m1").And.Contain("FleetLock"));
        Assert.That(await AskAsync("steady-state"), Is.EqualTo(HttpStatusCode.OK));
        ProgramResult taken = await ProgramResult.OfAsync(program, ["lock", "acquire", "m2"], environment);
        Assert.That(taken.ExitCode, Is.Zero, taken.Error);
        Assert.That(await AskAsync("pre-reboot"), Is.EqualTo(HttpStatusCode.Locked));

        async Task<HttpStatusCode> AskAsync(string endpoint)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, $"{url}/v1/{endpoint}")
            {
                Content = new StringContent("""{"client_params":{"id":"m1","group":"default"}}"""),
            };
            request.Headers.Add("fleet-lock-protocol", "true");
            using HttpResponseMessage answer = await client.SendAsync(request, stop);
            return answer.StatusCode;
        }
    }

    [Test]
    public async Task A_machine_that_runs_units_is_empty_before_it_may_restart(CancellationToken stop)
    {
        Dictionary<int, string> urls = [];
        await using UnitCluster cluster = await UnitCluster.StartAsync(2, number =>
        {
            urls[number] = $"http://127.0.0.1:{FreePorts.Next()}";
            return ["--listen-fleetlock-urls", urls[number]];
        });
        using HttpClient client = new();
        string machine = UnitCluster.MachineId(1);
        await cluster.FleetAsync("start", cluster.Write("only.service", $"Singleton=yes\nMachineID={machine}"));
        await cluster.UntilActiveAsync("only.service");

        // The other machine answers for it. The lock was not taken, and nothing was stopped.
        (HttpStatusCode status, string refused) = await AskAsync("pre-reboot");
        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), refused);
        Assert.That((string?)JsonNode.Parse(refused)!["kind"], Is.EqualTo("failed_drain"));
        Assert.That(
            (string?)JsonNode.Parse(refused)!["value"],
            Does.StartWith("the lock was not taken").And.Contain("only.service"));
        Assert.That(await cluster.ActiveOnAsync("only.service"), Is.EqualTo(new[] { 1 }));
        Assert.That((await AskAsync("steady-state")).Status, Is.EqualTo(HttpStatusCode.OK));
        await cluster.FleetAsync("destroy", "only.service");
        await cluster.UntilGoneAsync("only.service");

        await cluster.FleetAsync("start", cluster.Write("web.service"));
        await cluster.UntilActiveAsync("web.service");
        int before = (await cluster.ActiveOnAsync("web.service"))[0];
        int process = cluster.CopiesOf("web.service").Single();
        machine = UnitCluster.MachineId(before);
        (status, string taken) = await AskAsync("pre-reboot");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), taken);
        Assert.That(cluster.CopiesOf("web.service"), Does.Not.Contain(process), "stopped before the answer");
        await cluster.UntilActiveAsync("web.service");
        Assert.That(await cluster.ActiveOnAsync("web.service"), Is.EqualTo(new[] { 3 - before }));
        Assert.That(await ListAsync(), Does.Contain("FleetLock"));
        Assert.That((await AskAsync("steady-state")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await ListAsync(), Does.Not.Contain("FleetLock"));

        async Task<string> ListAsync() =>
            (await cluster.CorenodeAsync(1, "machine", "list", "-o", "json")).Output;

        async Task<(HttpStatusCode Status, string Body)> AskAsync(string endpoint)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, $"{urls[2]}/v1/{endpoint}")
            {
                Content = new StringContent($$$"""{"client_params":{"id":"{{{machine}}}","group":"default"}}"""),
            };
            request.Headers.Add("fleet-lock-protocol", "true");
            using HttpResponseMessage answer = await client.SendAsync(request, stop);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(stop));
        }
    }
}
