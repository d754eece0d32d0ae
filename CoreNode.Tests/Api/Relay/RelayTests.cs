using CoreNode.Api.Relay;

namespace CoreNode.Tests.Api.Relay;

/// <summary>What passes through a worker, and what does not.</summary>
[TestFixture, Category("Unit")]
internal sealed class RelayTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

    [Test]
    public async Task A_request_arrives_as_it_was_sent_without_what_belongs_to_the_clients_connection()
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await worker.AskAsync(
            "PUT", "/v2/keys/a%2fb/%00?prevExist=true&x=%zz",
            "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic eHg6eXk=\r\nConnection: X-Mine\r\n"
            + "X-Mine: 1\r\nTE: trailers\r\nCookie: c\r\nOrigin: http://o\r\n",
            "value=1");
        RawExchange seen = member.Requests.Single();
        Assert.That(seen.Head, Is.EqualTo(
            "PUT /v2/keys/a%2fb/%00?prevExist=true&x=%zz HTTP/1.1\r\n"
            + $"Host: {new Uri(member.Url).Authority}\r\nVia: 1.1 corenode\r\nAuthorization: Basic eHg6eXk=\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7"));
        Assert.That(seen.Body, Is.EqualTo("value=1"));
    }

    [Test]
    public async Task An_answer_passes_with_its_status_and_headers_but_not_those_of_the_connection_between()
    {
        await using RawUpstream member = RawUpstream.Start(
            "HTTP/1.1 412 Precondition Failed\r\nContent-Type: application/json\r\nX-Etcd-Index: 7\r\n"
            + "X-Raft-Index: 9\r\nX-Raft-Term: 2\r\nX-Etcd-Cluster-Id: c1\r\nX-Two: a\r\nX-Two: b\r\n"
            + "Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\n"
            + "Access-Control-Allow-Origin: http://other\r\nContent-Length: 2\r\n\r\n{}");
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        RawAnswer answer = await worker.AskAsync("GET", "/v2/keys/a");
        Assert.Multiple(() =>
        {
            Assert.That((answer.Status, answer.Body), Is.EqualTo((412, "{}")));
            Assert.That(answer["X-Etcd-Index"], Is.EqualTo("7"));
            Assert.That(answer["X-Raft-Index"], Is.EqualTo("9"));
            Assert.That(answer["X-Raft-Term"], Is.EqualTo("2"));
            Assert.That(answer["X-Etcd-Cluster-Id"], Is.EqualTo("c1"));
            Assert.That(answer.Headers, Does.Contain("X-Two: a").And.Contain("X-Two: b"));
            Assert.That(answer["Access-Control-Allow-Origin"], Is.EqualTo("*"), "this node's own policy");
            Assert.That(answer["X-Hop"] ?? answer["Keep-Alive"] ?? answer["Upgrade"], Is.Null);
        });
    }

    [TestCase("GET", "HTTP/1.1 301 Moved Permanently\r\nLocation: /v2/keys/a\r\nContent-Length: 0\r\n\r\n", 301)]
    [TestCase("DELETE", "HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [TestCase("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n", 200)]
    [TestCase("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404)]
    [TestCase("GET", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200)]
    public async Task Answers_without_a_body_leave_the_connection_usable(string method, string wire, int status)
    {
        await using RawUpstream member = RawUpstream.Start(wire);
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using RawClient client = await worker.OpenAsync();
        for (int i = 0; i < 3; i++)
        {
            RawAnswer answer = await client.AskAsync(method, "/v2/keys//a");
            Assert.That(answer.Status, Is.EqualTo(status));
            Assert.That(answer["Location"], status == 301 ? Is.EqualTo("/v2/keys/a") : Is.Null);
            if (method == "HEAD")
                Assert.That(answer["Content-Length"], Is.EqualTo("77"));
        }
    }

    [Test]
    public async Task Connections_to_members_are_used_again()
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        for (int i = 0; i < 20; i++)
            await worker.AskAsync("GET", "/v2/keys/a");
        Assert.That(member.Open, Is.EqualTo(1));
    }

    [Test]
    public async Task Requests_that_a_client_sends_ahead_are_answered_in_order()
    {
        await using RawUpstream member = RawUpstream.Start(exchange => exchange.SendAsync(
            $"HTTP/1.1 200 OK\r\nContent-Length: {exchange.Line.Length}\r\n\r\n{exchange.Line}"));
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using RawClient client = await worker.OpenAsync();
        await client.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(i =>
            i % 2 == 0
                ? $"GET /v2/keys/{i} HTTP/1.1\r\nHost: x\r\n\r\n"
                : $"PUT /v2/keys/{i} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nv=1")));
        for (int i = 0; i < 20; i++)
            Assert.That((await client.ReadAsync()).Body, Is.EqualTo($"{(i % 2 == 0 ? "GET" : "PUT")} /v2/keys/{i}"));
    }

    [TestCase(1 << 20, false)]
    [TestCase(1 << 20, true)]
    [TestCase(40_000, false)]
    [TestCase(1, true)]
    public async Task A_long_body_goes_through_piece_by_piece(int length, bool isChunked)
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using RawClient client = await worker.OpenAsync();
        string body = new('v', length);
        await client.SendAsync(isChunked
            ? "PUT /v2/keys/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + $"{length:x}\r\n{body}\r\n0\r\n\r\n"
            : $"PUT /v2/keys/a HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}");
        Assert.That((await client.ReadAsync()).Status, Is.EqualTo(200));
        Assert.That(member.Requests.Single().Body.Count(c => c == 'v'), Is.EqualTo(length));
        Assert.That((await client.AskAsync("GET", "/v2/keys/a")).Status, Is.EqualTo(200), "the connection serves on");
    }

    [Test]
    public async Task A_member_that_refuses_a_body_before_it_is_all_there_is_heard()
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using EarlyRefusal refusing = new();
        await using RelayHarness worker = await RelayHarness.StartAsync(refusing.Url);
        await using RawClient client = await worker.OpenAsync();
        await client.SendAsync("PUT /v2/keys/a HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n");
        await client.SendAsync(new byte[100_000]);
        Task<RawAnswer> reading = client.ReadAsync();
        while (!reading.IsCompleted)
        {
            try
            {
                await client.SendAsync(new byte[10_000]);
            }
            catch (System.Net.Sockets.SocketException)
            {
                break;
            }
        }

        RawAnswer answer = await reading;
        Assert.That((answer.Status, answer["Connection"]), Is.EqualTo((413, "close")));
    }

    [Test]
    public async Task A_readonly_worker_passes_on_reads_and_says_why_it_refuses_the_rest()
    {
        await using RawUpstream member = RawUpstream.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using RelayHarness worker = await RelayHarness.StartAsync(
            new RelayOptions { IsReadOnly = true }, member.Url);
        await using RawClient client = await worker.OpenAsync();
        foreach (string method in new[] { "PUT", "POST", "DELETE", "PATCH" })
        {
            RawAnswer refused = await client.AskAsync(method, "/v2/keys/a", "", "value=1");
            Assert.That(refused.Status, Is.EqualTo(501), method);
            Assert.That(refused.Body, Does.Contain("--proxy readonly"));
        }

        Assert.That((await client.AskAsync("GET", "/v2/keys/a")).Status, Is.EqualTo(200));
        Assert.That((await client.AskAsync("HEAD", "/v2/keys/a")).Status, Is.EqualTo(200));
        Assert.That(member.Requests.Select(r => r.Line), Is.EqualTo(new[] { "GET /v2/keys/a", "HEAD /v2/keys/a" }));
    }

    [Test]
    public async Task A_request_that_a_worker_sent_is_refused()
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using RelayHarness outer = await RelayHarness.StartAsync(worker.Url.GetLeftPart(UriPartial.Authority));
        RawAnswer answer = await outer.AskAsync("GET", "/v2/keys/a");
        Assert.That(answer.Status, Is.EqualTo(508));
        Assert.That(answer.Body, Does.Contain("--advertise-client-urls"));
        Assert.That(member.Requests, Is.Empty);
    }

    [Test]
    public async Task The_worker_answers_for_itself_where_its_own_state_is_asked()
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(
            new RelayOptions { Name = "w1" }, member.Url);
        RawAnswer health = await worker.AskAsync("GET", "/health");
        Assert.That(health.Status, Is.EqualTo(503), "nobody has asked the member yet");
        await worker.AskAsync("GET", "/v2/keys/a");
        Assert.That((await worker.AskAsync("GET", "/health")).Body, Is.EqualTo("{\"health\":\"true\"}"));
        RawAnswer status = await worker.AskAsync("GET", "/corenode/v1/status");
        Assert.That(status.Body, Does.Contain("\"name\":\"w1\"").And.Contain("\"role\":\"proxy\"")
            .And.Contain($"\"url\":\"{member.Url}\",\"standing\":\"answers\""));
        RawAnswer metrics = await worker.AskAsync("GET", "/metrics");
        Assert.That(metrics.Body, Does.Contain("corenode_proxy_requests_total{outcome=\"answered\"} 1\n")
            .And.Contain("corenode_proxy_members_answering 1\n"));
        RawAnswer endpoints = await worker.AskAsync("GET", "/v2/config/local/proxy");
        Assert.That(endpoints.Body, Is.EqualTo($"{{\"endpoints\":[\"{member.Url}\"]}}\n"));
        Assert.That((await worker.AskAsync("OPTIONS", "/v2/keys/a")).Status, Is.EqualTo(200));
        Assert.That((await worker.AskAsync("POST", "/health")).Status, Is.EqualTo(405));
        Assert.That(member.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Without_a_member_it_says_that_nothing_was_changed()
    {
        await using RelayHarness alone = await RelayHarness.StartAsync();
        RawAnswer unknown = await alone.AskAsync("PUT", "/v2/keys/a", "", "value=1");
        Assert.That(unknown.Status, Is.EqualTo(503));
        Assert.That(unknown.Body, Does.StartWith("{\"errorCode\":300,\"message\":\"Raft Internal Error\",\"cause\":")
            .And.Contain("nothing was changed").And.Contain("no member is known yet"));
        await using RelayHarness worker = await RelayHarness.StartAsync("http://127.0.0.1:1", "http://0.0.0.0:2379");
        RawAnswer members = await worker.AskAsync("GET", "/v2/members");
        Assert.That(members.Status, Is.EqualTo(503));
        Assert.That(members.Body, Does.StartWith("{\"message\":").And.Contain("--advertise-client-urls"));
    }

    [Test]
    public async Task A_wrong_target_is_refused_here_as_a_member_would()
    {
        await using RawUpstream member = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        RawAnswer answer = await worker.AskAsync("GET", "/v2/keys/%zz");
        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, "400 Bad Request")));
        Assert.That(member.Requests, Is.Empty);
    }
}
