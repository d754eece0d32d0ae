using System.Net;
using CoreNode.Tests.EndToEnd.Clusters;

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
}
