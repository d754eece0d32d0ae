using CoreNode.Api;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>Headers, statuses and bodies of /v2/keys; the store's own rules have tests of their own.</summary>
[TestFixture, Category("Conformance")]
internal sealed class KeysSurfaceTests
{
    private ApiHarness _api = null!;
    private RawClient _client = null!;

    [SetUp]
    public async Task StartServerAsync()
    {
        _api = await ApiHarness.StartAsync();
        _client = await _api.OpenAsync();
    }

    [TearDown]
    public async Task StopServerAsync()
    {
        await _client.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task A_write_is_answered_with_its_position_and_a_read_with_the_stores()
    {
        RawAnswer put = await _client.PutAsync("/a/b", "value=1");
        Assert.Multiple(() =>
        {
            Assert.That(put.Status, Is.EqualTo(201));
            Assert.That(put["X-Etcd-Index"], Is.EqualTo("4"));
            Assert.That(put["X-Raft-Index"], Is.EqualTo("4"));
            Assert.That(put["X-Raft-Term"], Is.EqualTo("2"));
            Assert.That(put["X-Etcd-Cluster-Id"], Is.EqualTo("48276a8f75b6a87"));
            Assert.That(put["Content-Type"], Is.EqualTo("application/json"));
            Assert.That(put["Access-Control-Allow-Origin"], Is.EqualTo("*"));
            Assert.That(put["Server"], Is.Null);
            Assert.That(put.Body, Is.EqualTo(
                "{\"action\":\"set\",\"node\":{\"key\":\"/a/b\",\"value\":\"1\","
                + "\"modifiedIndex\":4,\"createdIndex\":4}}\n"));
        });
        await _client.PutAsync("/c", "value=2");
        RawAnswer get = await _client.AskAsync("GET", "/v2/keys/a/b");
        Assert.That((get.Status, get["X-Etcd-Index"]), Is.EqualTo((200, "5")));
    }

    [Test]
    public async Task An_error_has_its_index_and_no_raft_headers()
    {
        RawAnswer get = await _client.AskAsync("GET", "/v2/keys/a/b");
        Assert.That((get.Status, get["X-Etcd-Index"], get["X-Raft-Index"], get["X-Raft-Term"]),
            Is.EqualTo((404, "3", (string?)null, (string?)null)));
        Assert.That(get.Body,
            Is.EqualTo("{\"errorCode\":100,\"message\":\"Key not found\",\"cause\":\"/a\",\"index\":3}\n"));
    }

    [Test]
    public async Task Without_quorum_writes_and_quorum_reads_fail_and_plain_reads_go_on()
    {
        await _client.PutAsync("/k", "value=1");
        _api.Store.Refusal = KeyError.Of(ErrorCode.RaftInternal, "etcdserver: request timed out");
        RawAnswer put = await _client.PutAsync("/k", "value=2");
        Assert.That((put.Status, put["X-Etcd-Index"]), Is.EqualTo((500, "0")));
        Assert.That(put.Body, Does.Contain("\"cause\":\"etcdserver: request timed out\""));
        Assert.That((await _client.AskAsync("GET", "/v2/keys/k?quorum=true")).Status, Is.EqualTo(500));
        Assert.That((await _client.AskAsync("HEAD", "/v2/keys/k?quorum=true")).Status, Is.EqualTo(200));
        Assert.That((await _client.AskAsync("GET", "/v2/keys/k")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Quorum_wins_over_wait()
    {
        await _client.PutAsync("/k", "value=1");
        RawAnswer get = await _client.AskAsync("GET", "/v2/keys/k?wait=true&quorum=true");
        Assert.That(get.Body, Does.StartWith("{\"action\":\"get\""));
    }

    [Test]
    public async Task A_ttl_counts_down_in_reads_and_stands_still_in_the_previous_node()
    {
        await _client.PutAsync("/t", "value=1&ttl=10");
        _api.Time.Advance(TimeSpan.FromSeconds(2.5));
        RawAnswer get = await _client.AskAsync("GET", "/v2/keys/t");
        Assert.That(get.Body, Does.Contain("\"expiration\":\"2026-11-18T11:06:50Z\",\"ttl\":8,"));
        RawAnswer put = await _client.PutAsync("/t", "value=2");
        Assert.That(put.Body, Does.Contain(
            "\"prevNode\":{\"key\":\"/t\",\"value\":\"1\",\"expiration\":\"2026-11-18T11:06:50Z\",\"ttl\":8,"));
        RawAnswer past = await _client.PutAsync("/t", "value=3&ttl=18446744073709551615");
        Assert.That(past.Body, Does.Contain("\"ttl\":-1,"));
    }

    [Test]
    public async Task Unclean_paths_are_redirected_without_reaching_the_store()
    {
        RawAnswer put = await _client.PutAsync("//a//b?x=1", "value=1");
        Assert.That((put.Status, put["Location"], put.Body), Is.EqualTo((301, "/v2/keys/a/b?x=1", "")));
        RawAnswer get = await _client.AskAsync("GET", "/v2/keys/%2e%2e/x");
        Assert.That(get.Body, Is.EqualTo("<a href=\"/v2/x\">Moved Permanently</a>.\n\n"));
        Assert.That(get["Content-Type"], Is.EqualTo("text/html; charset=utf-8"));
    }

    [TestCase("get")]
    [TestCase("PATCH")]
    [TestCase("TRACE")]
    public async Task Other_methods_are_not_allowed(string method)
    {
        RawAnswer answer = await _client.AskAsync(method, "/v2/keys/a");
        Assert.That((answer.Status, answer["Allow"], answer.Body),
            Is.EqualTo((405, "HEAD,GET,PUT,POST,DELETE", "Method Not Allowed\n")));
        Assert.That(answer["X-Content-Type-Options"], Is.EqualTo("nosniff"));
        Assert.That(answer["X-Etcd-Cluster-Id"], Is.Null);
    }

    [Test]
    public async Task OPTIONS_is_answered_everywhere_before_routing()
    {
        foreach (string target in new[] { "/v2/keys/a", "/nope", "/v2//keys" })
        {
            RawAnswer answer = await _client.AskAsync("OPTIONS", target);
            Assert.That((answer.Status, answer.Body, answer["Access-Control-Allow-Methods"]),
                Is.EqualTo((200, "", "POST, GET, OPTIONS, PUT, DELETE")), target);
        }

        Assert.That((await _client.AskAsync("OPTIONS", "*"))["Access-Control-Allow-Origin"], Is.Null);
    }

    [TestCase("Origin: http://a\r\n", "http://a")]
    [TestCase("Origin: http://c\r\n", null)]
    [TestCase("", null)]
    public async Task A_list_of_origins_is_kept_to(string header, string? allowed)
    {
        await using ApiHarness api = await ApiHarness.StartAsync(
            new ApiOptions { CorsOrigins = ["http://a", "http://b"] });
        RawAnswer answer = await api.AskAsync("GET", "/version", header);
        Assert.That(answer["Access-Control-Allow-Origin"], Is.EqualTo(allowed));
        Assert.That(answer["Access-Control-Allow-Methods"] is null, Is.EqualTo(allowed is null));
    }

    [Test]
    public async Task Reads_are_counted()
    {
        await _client.PutAsync("/k", "value=1");
        await _client.AskAsync("GET", "/v2/keys/k");
        await _client.AskAsync("GET", "/v2/keys/k?quorum=true");
        await _client.AskAsync("GET", "/v2/keys/none");
        Assert.That(_api.Store.Statistics[StoreCounter.GetsSuccess], Is.EqualTo(2));
        Assert.That(_api.Store.Statistics[StoreCounter.GetsFail], Is.EqualTo(1));
    }

    [Test]
    public async Task What_a_client_sent_ahead_of_a_writes_answer_does_not_run_on_the_stores_thread()
    {
        LoopThreadStore? store = null;
        await using ApiHarness api = await ApiHarness.StartAsync(wrap: inner => store = new LoopThreadStore(inner));
        using LoopThreadStore loop = store!;
        await using RawClient client = await api.OpenAsync();
        const string Write = "PUT /v2/keys/a?value=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
        const string Read = "GET /v2/keys?recursive=true HTTP/1.1\r\nHost: x\r\n\r\n";
        await client.SendAsync(string.Concat(Enumerable.Repeat(Write + Read, 20)));
        for (int i = 0; i < 40; i++)
            Assert.That((await client.ReadAsync()).Status, Is.EqualTo(i == 0 ? 201 : 200));
        Assert.That(loop.TimesAskedOnLoop, Is.GreaterThan(0), "writes are answered on the loop in this test");
        Assert.That(loop.ReadsOnLoop, Is.Zero);
    }
}
