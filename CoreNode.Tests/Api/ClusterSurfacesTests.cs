using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>What a member of a larger cluster says of itself: stats, health, status, backup.</summary>
[TestFixture, Category("Unit")]
internal sealed class ClusterSurfacesTests
{
    private ApiHarness _api = null!;

    [SetUp]
    public async Task StartServerAsync() => _api = await ApiHarness.StartAsync();

    [TearDown]
    public ValueTask StopServerAsync() => _api.DisposeAsync();

    [Test]
    public async Task Followers_are_shown_in_etcds_form_with_milliseconds()
    {
        FollowerStatus follower = new(new NodeId(0xb), true, true, "replicate", new LogIndex(3), 1)
        {
            Appends = new AppendTimes(
                8, 1, TimeSpan.FromMicroseconds(541), TimeSpan.FromTicks(8425), TimeSpan.FromTicks(4),
                TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1)),
        };
        _api.Cluster.Status = _api.Cluster.Status with
        {
            Followers = [follower, follower with { Node = new NodeId(0xc), Appends = AppendTimes.None }],
            AppendsSent = 17,
        };
        const string none = "{\"latency\":{\"current\":0,\"average\":0,\"standardDeviation\":0,\"minimum\":0,"
            + "\"maximum\":0},\"counts\":{\"fail\":0,\"success\":0}}";
        Assert.That((await _api.AskAsync("GET", "/v2/stats/leader")).Body, Is.EqualTo(
            "{\"leader\":\"2e1259d415f2a040\",\"followers\":{\"b\":{\"latency\":{\"current\":0.541,"
            + "\"average\":0.8425,\"standardDeviation\":0.0004,\"minimum\":0.0001,\"maximum\":1000},"
            + "\"counts\":{\"fail\":1,\"success\":8}},\"c\":" + none + "}}"));
        Assert.That(
            (await _api.AskAsync("GET", "/v2/stats/self")).Body,
            Does.EndWith("\"recvAppendRequestCnt\":0,\"sendAppendRequestCnt\":17}"));
    }

    [Test]
    public async Task All_members_client_urls_are_machines()
    {
        _api.Cluster.Members =
            [.. _api.Cluster.Members, new Member(new NodeId(1), "b", ["http://a:1"], ["http://a:2", "http://a:3"])];
        Assert.That(
            (await _api.AskAsync("GET", "/v2/machines")).Body,
            Is.EqualTo("http://127.0.0.1:2379, http://a:2, http://a:3"));
    }

    [Test]
    public async Task The_reason_is_told_with_503_and_in_the_metrics()
    {
        _api.Cluster.UnhealthyReason = "the clock is \"off\"";
        RawAnswer answer = await _api.AskAsync("GET", "/health");
        Assert.That((answer.Status, answer.Body), Is.EqualTo(
            (503, "{\"health\":\"false\",\"reason\":\"the clock is \\\"off\\\"\"}\n")));
        Assert.That((await _api.AskAsync("GET", "/metrics")).Body, Does.Contain("\ncorenode_healthy 0\n"));
        Assert.That((await _api.AskAsync("GET", "/corenode/v1/status")).Body, Does.Contain("\"healthy\":false"));
    }

    [Test]
    public async Task Lag_counts_what_the_leader_has_committed()
    {
        _api.Cluster.Status = _api.Cluster.Status with { LeaderCommitted = new LogIndex(104) };
        Assert.That((await _api.AskAsync("GET", "/metrics")).Body, Does.Contain("\ncorenode_lag_entries 100\n"));
        _api.Cluster.Status = _api.Cluster.Status with { Applied = new LogIndex(200) };
        Assert.That((await _api.AskAsync("GET", "/metrics")).Body, Does.Contain("\ncorenode_lag_entries 0\n"));
    }

    [Test]
    public async Task The_status_page_has_every_figure()
    {
        await _api.AskAsync("PUT", "/v2/keys/a?value=1");
        NodeId self = _api.Cluster.Self;
        FollowerStatus follower = new(new NodeId(0xb), false, true, "snapshot", new LogIndex(3), 9);
        _api.Cluster.Status = _api.Cluster.Status with
        {
            Learners = [new NodeId(0xb)],
            Followers = [follower],
            SyncP99 = TimeSpan.FromMilliseconds(1.5),
        };
        RawAnswer answer = await _api.AskAsync("GET", "/corenode/v1/status");
        JsonObject page = JsonNode.Parse(answer.Body)!.AsObject();
        Assert.That(answer["Content-Type"], Is.EqualTo("application/json"));
        Assert.That((string?)page["id"], Is.EqualTo(self.ToString()));
        Assert.That((string?)page["role"], Is.EqualTo("leader"));
        Assert.That((ulong?)page["term"], Is.EqualTo(2));
        Assert.That((ulong?)page["keys"], Is.EqualTo(1));
        Assert.That((double?)page["syncP99Ms"], Is.EqualTo(1.5));
        Assert.That((bool?)page["healthy"], Is.True);
        Assert.That((string?)page["learners"]![0], Is.EqualTo("b"));
        Assert.That((string?)page["followers"]![0]!["state"], Is.EqualTo("snapshot"));
        Assert.That((bool?)page["followers"]![0]!["voter"], Is.False);
    }

    [TestCase("POST", "/corenode/v1/status", 405)]
    [TestCase("DELETE", "/corenode/v1/snapshot", 405)]
    [TestCase("GET", "/corenode/v1/", 403)]
    [TestCase("GET", "/corenode/v1/statusx", 403)]
    [TestCase("GET", "/corenode", 404)]
    public async Task Nothing_else_is_served_there(string method, string target, int status) =>
        Assert.That((await _api.AskAsync(method, target)).Status, Is.EqualTo(status));

    [TestCase("")]
    [TestCase("?local=true")]
    public async Task A_backup_is_a_whole_snapshot_file(string query)
    {
        string value = new('v', 200);
        for (int i = 0; i < 2000; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes($"/k{i}");
            byte[] content = Encoding.UTF8.GetBytes(value);
            KeyCommand command = new() { Operation = KeyOperation.Set, Key = key, Value = content };
            await _api.Store.ProposeAsync(command.Encode(), CancellationToken.None);
        }

        using HttpClient client = new() { BaseAddress = _api.Url };
        Uri target = new("/corenode/v1/snapshot" + query, UriKind.Relative);
        using HttpResponseMessage answer = await client.GetAsync(target);
        byte[] file = await answer.Content.ReadAsByteArrayAsync();
        SnapshotReader reader = new();
        reader.Read(file);
        reader.Complete();
        Assert.That(reader.AppliedIndex, Is.EqualTo(_api.Store.Current.AppliedIndex));
        KeyStateMachine restored = KeyStateMachine.Restore(reader, new KvOptions(), new StoreStatistics(), 0);
        Assert.That(restored.Publish().Count, Is.EqualTo(2000));
        Assert.That(answer.Headers.GetValues("X-CoreNode-Keys").Single(), Is.EqualTo("2000"));
        Assert.That(restored.Publish().TryGet("/k1999"u8, out KeyRecord last), Is.True);
        Assert.That(Encoding.UTF8.GetString(last.Value), Is.EqualTo(value));
    }
}
