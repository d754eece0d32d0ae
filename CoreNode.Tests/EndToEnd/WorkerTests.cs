using System.Diagnostics;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Workers in front of a real cluster: they start before it, follow it, outlive its members, and stop.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class WorkerTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(40);
    private static readonly ClusterShape s_shape = new() { Command = NodeProcess.Command };

    [Test]
    public async Task A_worker_goes_on_while_all_members_are_replaced_and_starts_again_among_new_ones()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        await using ServerProcess worker = await WorkerProcess.StartAsync(cluster.Members, NodeProcess.Command);
        using HttpClient client = new() { BaseAddress = new Uri(worker.Url) };
        int written = 0;
        foreach (ServerProcess old in cluster.Members.ToArray())
        {
            ServerProcess added = await cluster.AddAsync();
            await added.WaitUntilReadyAsync();
            await cluster.WaitUntilAllVoteAsync();

            // It asks every 2 s. Only whoever replaces all within that time leaves it with nobody to ask.
            await UntilAsync(worker, async () => Names(await StatusAsync(client)).Contains(added.Place.Name));
            await cluster.RemoveAsync(old);
            await WriteAsync(worker, client, written++);
        }

        await UntilAsync(worker, async () => Names(await StatusAsync(client)) == "m4 m5 m6");
        for (int i = 0; i < written; i++)
            Assert.That(await client.GetStringAsync($"/v2/keys/k{i}"), Does.Contain($"\"value\":\"{i}\""));

        // None of the members that it was told of is left.
        (int code, _) = await worker.StopAsync();
        Assert.That(code, Is.Zero, worker.StandardError);
        await worker.RestartAsync();
        await WriteAsync(worker, client, written);
    }

    [Test]
    public async Task A_worker_waits_for_its_members_and_says_so_and_stops_at_once_when_told()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        foreach (ServerProcess member in cluster.Members)
            await member.KillAsync();
        await using ServerProcess worker = WorkerProcess.Prepare(cluster.Members, NodeProcess.Command);
        worker.Launch();
        using HttpClient client = new() { BaseAddress = new Uri(worker.Url) };
        await UntilAsync(worker, async () => await StatusAsync(client) is not null);
        using HttpResponseMessage refused = await client.PutAsync("/v2/keys/a?value=1", null);
        Assert.That((int)refused.StatusCode, Is.EqualTo(503));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("nothing was changed"));
        Assert.That(worker.StandardError, Does.Contain("no member of the cluster answers yet"));
        foreach (ServerProcess member in cluster.Members)
            member.Launch();
        await worker.WaitUntilReadyAsync();
        await WriteAsync(worker, client, 1);
        (int code, TimeSpan elapsed) = await worker.StopAsync();
        Assert.That(code, Is.Zero);
        Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task Two_hundred_watches_through_one_worker_all_see_every_change()
    {
        const int watchers = 200;
        const int changes = 20;
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        await using ServerProcess worker = await WorkerProcess.StartAsync(cluster.Members, NodeProcess.Command);
        using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = watchers + 1 })
        {
            BaseAddress = new Uri(worker.Url),
            Timeout = s_deadline,
        };
        List<StreamReader> streams = [];
        for (int i = 0; i < watchers; i++)
        {
            HttpResponseMessage answer = await client.GetAsync(
                "/v2/keys/watched?wait=true&stream=true&recursive=true", HttpCompletionOption.ResponseHeadersRead);
            streams.Add(new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        for (int i = 0; i < changes; i++)
            (await client.PutAsync($"/v2/keys/watched/{i}?value={i}", null)).EnsureSuccessStatusCode().Dispose();
        string[][] seen = await Task.WhenAll(streams.Select(async stream =>
        {
            List<string> keys = [];
            while (keys.Count < changes && await stream.ReadLineAsync() is { } line)
                keys.Add((string)JsonNode.Parse(line)!["node"]!["key"]!);
            return keys.ToArray();
        }));
        Assert.That(seen, Has.All.EqualTo(Enumerable.Range(0, changes).Select(i => $"/watched/{i}")));
        foreach (StreamReader stream in streams)
            stream.Dispose();
    }

    [Test]
    public async Task A_members_data_folder_is_not_taken_by_a_worker()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape with { Members = 1 });
        ServerProcess member = cluster.Members[0];
        await member.StopAsync();
        ProgramResult refused = await ProgramResult.OfAsync(
            TestPrograms.Corenode(),
            [
                "node", "--proxy", "on", "--data-dir", member.DataFolder,
                "--initial-cluster", member.Place.InitialMember,
            ]);
        Assert.That(refused.ExitCode, Is.EqualTo(2));
        Assert.That(refused.Error, Does.Contain("holds a member's data").And.Contain("--data-dir"));
    }

    [Test]
    public async Task A_readonly_worker_refuses_to_write()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape with { Members = 1 });
        await using ServerProcess worker = await WorkerProcess.StartAsync(
            cluster.Members, NodeProcess.Command, mode: "readonly");
        using HttpClient client = new() { BaseAddress = new Uri(worker.Url) };
        using HttpResponseMessage refused = await client.PutAsync("/v2/keys/a?value=1", null);
        Assert.That((int)refused.StatusCode, Is.EqualTo(501));
        Assert.That(await client.GetStringAsync("/v2/keys"), Does.Contain("\"action\":\"get\""));
    }

    [Test]
    public async Task The_real_etcdctl_works_through_a_worker()
    {
        // Without --no-sync it would ask for the members first and then talk to them itself.
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(s_shape);
        await using ServerProcess worker = await WorkerProcess.StartAsync(cluster.Members, NodeProcess.Command);
        using EtcdctlSession session = new(worker);
        Assert.That(await session.RunAsync("--no-sync set /a/b 1"), Is.EqualTo("1\nexit 0"));
        Assert.That(await session.RunAsync("--no-sync get /a/b"), Is.EqualTo("1\nexit 0"));
        Assert.That(await session.RunAsync("--no-sync ls -r -p /"), Is.EqualTo("/a/\n/a/b\nexit 0"));
        Assert.That(
            await session.RunAsync("--no-sync set --swap-with-value 2 /a/b 3"), Does.StartWith("Error:  101"));
        Assert.That(await session.RunAsync("--no-sync rm /a/none"), Does.StartWith("Error:  100"));
        Assert.That(
            await session.WatchAsync(
                "--no-sync exec-watch --recursive /a -- /bin/echo changed", 1, "--no-sync set /a/c 2"),
            Does.StartWith("changed"));
        Assert.That(await session.RunAsync("--no-sync member list"), Does.Contain("name=m3"));
        Assert.That(await session.RunAsync("--no-sync cluster-health"), Does.Contain("cluster is healthy"));
    }

    // A member that is being removed answers 500 for a moment before it ends; nobody but the client may write again.
    private static async Task WriteAsync(ServerProcess worker, HttpClient client, int number)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            using HttpResponseMessage answer = await client.PutAsync($"/v2/keys/k{number}?value={number}", null);
            if (answer.IsSuccessStatusCode)
                return;
            string why = await answer.Content.ReadAsStringAsync();
            Assert.That(watch.Elapsed, Is.LessThan(s_deadline), $"{why}\n{worker.StandardError}");
            Assert.That((int)answer.StatusCode, Is.AnyOf(500, 502, 503), why);
            await Task.Delay(50);
        }
    }

    private static async Task<JsonNode?> StatusAsync(HttpClient client)
    {
        try
        {
            return JsonNode.Parse(await client.GetStringAsync("/corenode/v1/status"));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static string Names(JsonNode? status) => string.Join(
        ' ', status!["routes"]!.AsArray().Select(r => (string)r!["name"]!).Order(StringComparer.Ordinal));

    private static async Task UntilAsync(ServerProcess worker, Func<Task<bool>> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > s_deadline)
                throw new TimeoutException($"not after {s_deadline}\n{worker.StandardError}");
            await Task.Delay(50);
        }
    }
}
