using CoreNode.Api;
using CoreNode.Foundation;

namespace CoreNode.Tests.Api;

/// <summary>Everything beside /v2/keys, as etcd 3.4 answers it.</summary>
[TestFixture, Category("Conformance")]
internal sealed class FixedSurfacesTests
{
    private const string Member =
        "{\"id\":\"2e1259d415f2a040\",\"name\":\"default\","
        + "\"peerURLs\":[\"http://127.0.0.1:2380\"],\"clientURLs\":[\"http://127.0.0.1:2379\"]}";

    private const string JsonType = "Content-Type: application/json\r\n";

    private ApiHarness _api = null!;

    [SetUp]
    public async Task StartServerAsync() => _api = await ApiHarness.StartAsync();

    [TearDown]
    public ValueTask StopServerAsync() => _api.DisposeAsync();

    [TestCase("/version", "{\"etcdserver\":\"3.4.23\",\"etcdcluster\":\"3.4.0\"}")]
    [TestCase("/health", "{\"health\":\"true\"}")]
    [TestCase("/v2/machines", "http://127.0.0.1:2379")]
    [TestCase("/v2/members", $"{{\"members\":[{Member}]}}\n")]
    [TestCase("/v2/members/", $"{{\"members\":[{Member}]}}\n")]
    [TestCase("/v2/members/leader", Member + "\n")]
    [TestCase("/v2/stats/leader", "{\"leader\":\"2e1259d415f2a040\",\"followers\":{}}")]
    [TestCase("/v2/stats/self", "{\"name\":\"default\",\"id\":\"2e1259d415f2a040\",\"state\":\"StateLeader\","
        + "\"startTime\":\"2026-11-18T11:06:40Z\",\"leaderInfo\":{\"leader\":\"2e1259d415f2a040\",\"uptime\":\"0s\","
        + "\"startTime\":\"2026-11-18T11:06:40Z\"},\"recvAppendRequestCnt\":0,\"sendAppendRequestCnt\":0}")]
    [TestCase("/v2/stats/store", "{\"getsSuccess\":0,\"getsFail\":0,\"setsSuccess\":0,\"setsFail\":0,"
        + "\"deleteSuccess\":0,\"deleteFail\":0,\"updateSuccess\":0,\"updateFail\":0,\"createSuccess\":0,"
        + "\"createFail\":0,\"compareAndSwapSuccess\":0,\"compareAndSwapFail\":0,\"compareAndDeleteSuccess\":0,"
        + "\"compareAndDeleteFail\":0,\"expireCount\":0,\"watchers\":0}")]
    [TestCase("/v2/auth/enable", "{\"enabled\":false}\n")]
    [TestCase("/v2/auth/users", "{\"users\":null}\n")]
    [TestCase("/v2/auth/users/", "{\"users\":null}\n")]
    [TestCase("/v2/auth/roles/root",
        "{\"role\":\"root\",\"permissions\":{\"kv\":{\"read\":[\"/*\"],\"write\":[\"/*\"]}}}\n")]
    public async Task Pages_are_byte_for_byte_etcds(string target, string body)
    {
        RawAnswer answer = await _api.AskAsync("GET", target);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((200, body)));
    }

    [TestCase("GET", "/", 404)]
    [TestCase("GET", "/v2", 404)]
    [TestCase("GET", "/v2/stats", 404)]
    [TestCase("GET", "/v2/stats/self/", 404)]
    [TestCase("GET", "/v2/auth/enable/", 404)]
    [TestCase("GET", "/v2/auth/rolesx", 404)]
    [TestCase("GET", "/v2/keysfoo", 404)]
    [TestCase("GET", "/v2/membersx", 404)]
    [TestCase("GET", "/health/", 404)]
    [TestCase("POST", "/version", 405)]
    [TestCase("HEAD", "/health", 405)]
    [TestCase("PUT", "/v2/stats/leader", 405)]
    [TestCase("HEAD", "/v2/members", 405)]
    [TestCase("HEAD", "/v2/machines", 200)]
    [TestCase("POST", "/v2/auth/users", 405)]
    [TestCase("POST", "/metrics", 200)]
    [TestCase("GET", "/debug/vars", 200)]
    public async Task Statuses_are_etcds(string method, string target, int status) =>
        Assert.That((await _api.AskAsync(method, target)).Status, Is.EqualTo(status));

    [TestCase("POST", "", "{}", 415, "Bad Content-Type , accept application/json")]
    [TestCase("POST", "Content-Type: Text/XML; a=b\r\n", "{}", 415,
        "Bad Content-Type text/xml, accept application/json")]
    [TestCase("POST", JsonType, "{bad", 400, "invalid character 'b' looking for beginning of object key string")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[]}", 400, "no valid URLs given")]
    [TestCase("POST", JsonType, "null", 400, "no valid URLs given")]
    [TestCase("POST", JsonType, "{\"peerURLs\":\"x\"}", 400,
        "json: cannot unmarshal string into Go struct field .peerURLs of type []string")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[1]}", 400,
        "json: cannot unmarshal number into Go struct field .peerURLs of type string")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[\"x\"]}", 400, "URL scheme must be http, https, unix, or unixs: x")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[\"localhost:1\"]}", 400,
        "URL scheme must be http, https, unix, or unixs: localhost:1")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[\"1.2.3.4:5\"]}", 400,
        "parse \\\"1.2.3.4:5\\\": first path segment in URL cannot contain colon")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[\"http://a\"]}", 400,
        "URL address does not have the form \\\"host:port\\\": http://a")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[\"http://a:1/x\"]}", 400, "URL must not contain a path: http://a:1/x")]
    [TestCase("POST", JsonType, "{\"peerURLs\":[\"http://127.0.0.1:2380\"]}", 409, "membership: peerURL exists")]
    public async Task Adding_a_member_is_checked_as_etcd_does(
        string method, string headers, string body, int status, string message)
    {
        RawAnswer answer = await _api.AskAsync(method, "/v2/members", headers, body);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((status, $"{{\"message\":\"{message}\"}}")));
        Assert.That(answer["X-Etcd-Cluster-Id"], Is.Not.Null);
    }

    [TestCase("PUT", "enable", "", 409, "auth: No root user available, please create one")]
    [TestCase("DELETE", "enable", "", 409, "auth: already disabled")]
    [TestCase("GET", "users/x", "", 404, "auth: User x does not exist.")]
    [TestCase("DELETE", "users/x", "", 404, "auth: User x does not exist")]
    [TestCase("PUT", "users/x", "{bad", 400, "Invalid JSON in request body.")]
    [TestCase("PUT", "users/x", "{\"user\":\"y\"}", 400, "User JSON name does not match the name in the URL")]
    [TestCase("PUT", "users/x", "{\"user\":\"x\"}", 400, "auth: Cannot create user x with an empty password")]
    [TestCase("PUT", "users/x", "{\"user\":\"x\",\"grant\":[\"a\"]}", 404, "auth: User x does not exist.")]
    [TestCase("PUT", "users/x", "{\"user\":\"x\",\"roles\":[\"a\"],\"grant\":[\"a\"]}", 400,
        "User JSON contains both roles and grant/revoke")]
    [TestCase("GET", "roles/guest", "", 404, "auth: Role guest does not exist.")]
    [TestCase("DELETE", "roles/x", "", 404, "auth: Role x doesn't exist.")]
    [TestCase("DELETE", "roles/root", "", 403, "auth: Cannot modify role root: is root role.")]
    [TestCase("PUT", "roles/root", "{\"role\":\"root\"}", 403, "auth: Cannot modify role root: is root role.")]
    [TestCase("PUT", "roles/x", "{\"role\":\"x\",\"grant\":{\"kv\":{\"read\":[\"a\"]}}}", 404,
        "auth: Role x does not exist.")]
    [TestCase("GET", "roles/a/b", "", 400, "Invalid path")]
    public async Task Auth_answers_as_while_it_is_off(
        string method, string path, string body, int status, string message)
    {
        RawAnswer answer = await _api.AskAsync(method, "/v2/auth/" + path, JsonType, body);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((status, $"{{\"message\":\"{message}\"}}")));
    }

    [Test]
    public async Task Without_a_leader_the_pages_say_so()
    {
        _api.Cluster.Leader = NodeId.None;
        _api.Cluster.UnhealthyReason = "no leader";
        RawAnswer health = await _api.AskAsync("GET", "/health");
        Assert.That((health.Status, health.Body),
            Is.EqualTo((503, "{\"health\":\"false\",\"reason\":\"no leader\"}\n")));
        RawAnswer leader = await _api.AskAsync("GET", "/v2/members/leader");
        Assert.That((leader.Status, leader.Body), Is.EqualTo((503, "{\"message\":\"During election\"}")));
        RawAnswer stats = await _api.AskAsync("GET", "/v2/stats/leader");
        Assert.That((stats.Status, stats.Body), Is.EqualTo((403, "{\"message\":\"not current leader\"}")));
        Assert.That((await _api.AskAsync("GET", "/metrics")).Body, Does.Contain("\netcd_server_has_leader 0\n"));
    }

    [Test]
    public async Task Metrics_are_prometheus_text()
    {
        RawAnswer answer = await _api.AskAsync("GET", "/metrics");
        Assert.That(answer["Content-Type"], Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        string[] names =
        [
            "process_resident_memory_bytes", "process_start_time_seconds", "process_open_fds",
            "process_cpu_seconds_total", "etcd_server_has_leader", "etcd_debugging_store_watchers",
            "corenode_store_index",
        ];
        foreach (string name in names)
            Assert.That(answer.Body, Does.Match($"(?m)^{name} [0-9]"));
    }

    [Test]
    public async Task The_unix_socket_serves_the_same_to_owner_and_group_only()
    {
        string path = Path.Combine(Path.GetTempPath(), $"corenode-test-{Guid.NewGuid():N}.sock");
        await using ApiHarness api = await ApiHarness.StartAsync(new ApiOptions { UnixSocketPath = path });
        await using RawClient client = await RawClient.OpenAsync(path);
        Assert.That((await client.PutAsync("/k", "value=1")).Status, Is.EqualTo(201));
        Assert.That((await client.AskAsync("GET", "/v2/keys/k")).Status, Is.EqualTo(200));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite
                | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        }

        await Assert.ThatAsync(
            () => ApiHarness.StartAsync(new ApiOptions { UnixSocketPath = path }),
            Throws.InstanceOf<IOException>(),
            "a live socket is respected");
        await api.StopAsync();
    }

    [Test]
    public async Task A_dead_unix_socket_is_replaced()
    {
        string path = Path.Combine(Path.GetTempPath(), $"corenode-test-{Guid.NewGuid():N}.sock");
        using (System.Net.Sockets.Socket dead = new(System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
            File.Move(path, path + ".kept");
        }

        File.Move(path + ".kept", path);
        await using ApiHarness api = await ApiHarness.StartAsync(new ApiOptions { UnixSocketPath = path });
        await using RawClient client = await RawClient.OpenAsync(path);
        Assert.That((await client.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
    }
}
