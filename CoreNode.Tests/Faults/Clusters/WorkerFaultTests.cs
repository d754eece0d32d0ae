using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// Members are killed under load that goes through two workers: no acknowledged write is lost, none is done twice, and
/// reads are answered as long as there is a quorum.
/// </summary>
[TestFixture, Category("Fault"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class WorkerFaultTests
{
    private const int Writers = 6;
    private const int Readers = 4;
    private const int Kills = 4;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Killed_members_cost_no_acknowledged_write_no_write_twice_and_no_read()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(
            new() { Command = NodeProcess.Command });
        await using ServerProcess one = await WorkerProcess.StartAsync(cluster, NodeProcess.Command);
        await using ServerProcess other = await WorkerProcess.StartAsync(cluster, NodeProcess.Command);
        ServerProcess[] workers = [one, other];
        ConcurrentDictionary<string, bool> writes = new();
        ConcurrentBag<string> failedReads = [];
        using CancellationTokenSource stop = new();
        Task[] load =
        [
            .. Enumerable.Range(0, Writers).Select(i => WriteAsync(workers[i % 2], i, writes, stop.Token)),
            .. Enumerable.Range(0, Readers).Select(i => ReadAsync(workers[i % 2], i, failedReads, stop.Token)),
        ];
        for (int kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(s_between);
            ServerProcess victim = kill % 2 == 0
                ? await cluster.WaitForCommonLeaderAsync(s_deadline)
                : cluster.Members[kill % cluster.Members.Count];
            await victim.KillAsync();
            await Task.Delay(s_between);
            await victim.RestartAsync();
            await cluster.WaitForCommonLeaderAsync(s_deadline);
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        using HttpClient direct = new() { BaseAddress = new Uri(cluster.Members[0].Url) };
        JsonNode all = JsonNode.Parse(await direct.GetStringAsync("/v2/keys/queue?quorum=true"))!;
        Dictionary<string, int> stored = all["node"]!["nodes"]!.AsArray()
            .GroupBy(node => (string)node!["value"]!).ToDictionary(group => group.Key, group => group.Count());
        string[] acknowledged = [.. writes.Where(w => w.Value).Select(w => w.Key)];
        Assert.Multiple(() =>
        {
            Assert.That(acknowledged.Where(w => !stored.ContainsKey(w)), Is.Empty, "acknowledged and lost");
            Assert.That(stored.Where(s => s.Value > 1), Is.Empty, "done twice");
            Assert.That(stored.Keys.Where(s => !writes.ContainsKey(s)), Is.Empty, "never sent");
            Assert.That(failedReads, Is.Empty, "reads that failed while there was a quorum");
            Assert.That(acknowledged, Has.Length.GreaterThan(Kills * 10));
        });
    }

    // Each is created in order under a new name, so that one that was sent twice would be there twice.
    private static async Task WriteAsync(
        ServerProcess worker, int writer, ConcurrentDictionary<string, bool> writes, CancellationToken stop)
    {
        using HttpClient client = new() { BaseAddress = new Uri(worker.Url), Timeout = s_deadline };
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            string value = string.Create(CultureInfo.InvariantCulture, $"{writer}-{i}");
            writes[value] = false;
            using FormUrlEncodedContent form = new([KeyValuePair.Create("value", value)]);
            using HttpResponseMessage answer = await client.PostAsync("/v2/keys/queue", form, CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.Created)
                writes[value] = true;
            else
                Assert.That((int)answer.StatusCode, Is.AnyOf(500, 502, 503, 504));
        }
    }

    private static async Task ReadAsync(
        ServerProcess worker, int reader, ConcurrentBag<string> failed, CancellationToken stop)
    {
        using HttpClient client = new() { BaseAddress = new Uri(worker.Url), Timeout = s_deadline };
        string query = reader % 2 == 0 ? "?quorum=true" : "";
        while (!stop.IsCancellationRequested)
        {
            using HttpResponseMessage answer = await client.GetAsync("/v2/keys/" + query, CancellationToken.None);
            string body = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            if (answer.StatusCode != HttpStatusCode.OK)
                failed.Add($"{(int)answer.StatusCode} {query} {body}");
        }
    }
}
