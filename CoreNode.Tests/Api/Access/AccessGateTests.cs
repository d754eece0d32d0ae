using CoreNode.Api;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Foundation;

namespace CoreNode.Tests.Api.Access;

/// <summary>
/// What a refused caller gets, and what stays of it: an answer of the surface's shape, a count, a line.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class AccessGateTests
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";
    private const string User = "Authorization: Basic cm9vdDpwdw==\r\n";
    private const string Page = "Origin: http://evil.example\r\n";

    private readonly RecordedLog _log = new();
    private ApiHarness _api = null!;

    private Uri Open => new($"http://127.0.0.1:{_api.Urls[1].Port}");

    [SetUp]
    public async Task StartServerAsync()
    {
        _log.Lines.Clear();
        _api = await ApiHarness.StartAsync(
            new ApiOptions
            {
                ListenClientUrls = [new Uri("http://127.0.0.1:0"), new Uri("http://0.0.0.0:0")],
                ListenAdminUrls = [new Uri("http://127.0.0.1:0")],
                CorsOrigins = ["*", "http://good.example"],
                PasswordIterations = 1000,
            },
            loggers: _log);
    }

    [TearDown]
    public ValueTask StopServerAsync() => _api.DisposeAsync();

    [Test]
    public async Task A_refused_write_of_a_key_is_error_110_with_the_rule_and_the_way_out()
    {
        RawAnswer answer = await AskAsync(Open, "PUT", "/v2/keys/_coreos.com/fleet/job/a", Form, "value=1");
        Assert.That(answer.Status, Is.EqualTo(403));
        Assert.That(answer["X-Etcd-Index"], Is.EqualTo("0"));
        Assert.That(answer.Body, Is.EqualTo(
            "{\"errorCode\":110,\"message\":\"The request requires user authentication\",\"cause\":\"keys below "
            + "/_coreos.com and /coreos.com are not written through http://0.0.0.0:0, where nobody "
            + "proves who they are: use the node's unix socket, a loopback address or https with client certificates, "
            + "or enable auth, or start the node with --insecure-admin (rule guarded-keys, docs/security.md)\","
            + "\"index\":0}\n"));
        Assert.That(_api.Store.Current.TryGet("/_coreos.com"u8, out _), Is.False);
    }

    [Test]
    public async Task A_refusal_does_not_tell_whether_there_is_what_was_asked_for()
    {
        RawAnswer missing = await AskAsync(Open, "DELETE", "/v2/keys/_coreos.com/a");
        await AskAsync(_api.Url, "PUT", "/v2/keys/_coreos.com/a", Form, "value=1");
        RawAnswer there = await AskAsync(Open, "DELETE", "/v2/keys/_coreos.com/a");
        Assert.That(there.Body, Is.EqualTo(missing.Body));
        string[] headers = [.. there.Headers.Where(h => !h.StartsWith("Date", StringComparison.Ordinal))];
        Assert.That(headers, Is.EqualTo(missing.Headers.Where(h => !h.StartsWith("Date", StringComparison.Ordinal))));
        Assert.That(
            (await AskAsync(_api.Url, "GET", "/corenode/v1/none")).Body,
            Is.EqualTo((await AskAsync(_api.Url, "GET", "/corenode/v1/drain")).Body));
    }

    [TestCase("PUT", "/v2/keys/%5Fcoreos.com/a")]
    [TestCase("PUT", "/v2/keys%2F_coreos.com/a")]
    [TestCase("PUT", "http://x/v2/keys/_coreos.com/a")]
    [TestCase("POST", "/v2/keys/coreos%2Ecom")]
    [TestCase("DELETE", "/v2/keys/?recursive=true")]
    public async Task No_spelling_of_a_guarded_key_gets_through(string method, string target) =>
        Assert.That((await AskAsync(Open, method, target, Form, "value=1")).Status, Is.EqualTo(403));

    [TestCase("PUT", "/v2/keys//_coreos.com/a")]
    [TestCase("PUT", "/v2/keys/./_coreos.com/a")]
    [TestCase("PUT", "/v2/keys/x/%2e%2e/_coreos.com/a")]
    [TestCase("GET", "/x/..//corenode/v1/drain")]
    public async Task A_path_that_is_not_clean_is_sent_away(string method, string target) =>
        Assert.That((await AskAsync(Open, method, target, Form, "value=1")).Status, Is.EqualTo(301));

    [Test]
    public async Task Other_surfaces_answer_with_a_message_and_the_connection_goes_on()
    {
        await using RawClient client = await RawClient.OpenAsync(Open);
        RawAnswer refused = await client.AskAsync(
            "POST", "/v2/members", "Content-Type: application/json\r\n", "{\"peerURLs\":[\"http://10.0.0.1:1\"]}");
        Assert.That(refused.Status, Is.EqualTo(403));
        Assert.That(refused.Body, Does.StartWith("{\"message\":\"members are not changed through http://0.0.0.0:"));
        Assert.That(refused.Body, Does.Contain("(rule members, docs/security.md)\"}"));
        Assert.That(_api.Membership.Asked, Is.Null);
        RawAnswer next = await client.AskAsync("GET", "/version");
        Assert.That(next.Status, Is.EqualTo(200), "the body of the refused request was passed over");
    }

    [Test]
    public async Task Auth_opens_what_users_and_roles_decide_then()
    {
        await _api.EnableAuthAsync();
        RawAnswer guest = await AskAsync(Open, "PUT", "/v2/keys/coreos.com/a", Form, "value=1");
        Assert.That((guest.Status, guest.Body.Contains("by guests: name a user")), Is.EqualTo((401, true)));
        RawAnswer user = await AskAsync(Open, "PUT", "/v2/keys/coreos.com/a", User + Form, "value=1");
        Assert.That(user.Status, Is.EqualTo(201));
        Assert.That((await AskAsync(_api.Url, "PUT", "/v2/keys/coreos.com/a", Form)).Status, Is.EqualTo(200));
        Assert.That((await AskAsync(Open, "GET", "/fleet/v1/units")).Status, Is.EqualTo(403));
    }

    [TestCase("/corenode/v1/drain", 403)]
    [TestCase("/corenode/v1/snapshot", 403)]
    [TestCase("/corenode/v1/status", 200)]
    [TestCase("/fleet/v1/units", 403)]
    [TestCase("/v1-alpha/units", 403)]
    public async Task Own_paths_have_no_cors_headers_and_pages_get_nothing_that_counts(string target, int status)
    {
        Uri admin = _api.AdminUrls[0];
        foreach (string headers in new[] { "", Page, "Origin: null\r\n", "Origin: http://good.example\r\n" })
        {
            foreach (string method in new[] { "GET", "OPTIONS" })
            {
                RawAnswer answer = await AskAsync(admin, method, target, headers);
                Assert.That(
                    answer.Headers.Where(h => h.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)),
                    Is.Empty);
                if (headers.Length > 0)
                    Assert.That(answer.Status, Is.EqualTo(status), $"{method} {headers}");
                else
                    Assert.That(answer.Status, Is.Not.EqualTo(403), method);
            }
        }
    }

    [TestCase("PUT", "/v2/keys/_coreos.com/a", 201)]
    [TestCase("POST", "/v2/members/leader", 204)]
    [TestCase("PUT", "/v2/auth/enable", 409)]
    public async Task A_page_changes_nothing_that_counts_unless_its_origin_is_named(
        string method, string target, int allowed)
    {
        RawAnswer foreign = await AskAsync(_api.Url, method, target, Page + Form, "value=1");
        Assert.That((foreign.Status, foreign.Body.Contains("(rule web-page, ")), Is.EqualTo((403, true)));
        RawAnswer named = await AskAsync(_api.Url, method, target, "Origin: http://good.example\r\n" + Form, "value=1");
        Assert.That(named.Status, Is.EqualTo(allowed));
        RawAnswer preflight = await AskAsync(_api.Url, "OPTIONS", target, Page);
        Assert.That((preflight.Status, preflight["Access-Control-Allow-Origin"]), Is.EqualTo((200, "*")));
        RawAnswer twice = await AskAsync(_api.Url, method, target, "Origin: http://good.example\r\n" + Page);
        Assert.That(twice.Status, Is.EqualTo(403));
    }

    [TestCase("Host: rebound.example", 403)]
    [TestCase("Host: 127.0.0.1:2379", 404)]
    [TestCase("Host: localhost", 404)]
    public async Task Through_loopback_a_name_of_somebody_else_administers_nothing(string host, int status)
    {
        await using RawClient client = await RawClient.OpenAsync(_api.AdminUrls[0]);
        await client.SendAsync($"GET /corenode/v1/drain HTTP/1.1\r\n{host}\r\n\r\n");
        RawAnswer answer = await client.ReadAsync();
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Body.Contains("(rule host-name, "), Is.EqualTo(status == 403));
    }

    [Test]
    public async Task Refusals_are_counted_by_rule_and_logged_once_in_ten_seconds()
    {
        for (int i = 0; i < 3; i++)
            await AskAsync(Open, "PUT", "/v2/keys/_coreos.com/secret", Form, "value=1");
        await AskAsync(Open, "POST", "/v2/members");
        string metrics = (await AskAsync(Open, "GET", "/metrics")).Body;
        Assert.That(metrics, Does.Contain("\ncorenode_access_refused_total{rule=\"guarded-keys\"} 3\n"));
        Assert.That(metrics, Does.Contain("\ncorenode_access_refused_total{rule=\"members\"} 1\n"));
        Assert.That(metrics, Does.Contain("\ncorenode_access_refused_total{rule=\"admin-process\"} 0\n"));
        string[] lines = Refusals();
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.StartWith("refused 127.0.0.1 at http://0.0.0.0:0: WriteGuardedKeys"));
        Assert.That(lines[0], Does.Contain("guarded-keys").And.Contain(" 0 before that").And.Not.Contain("secret"));
        _api.Time.Advance(TimeSpan.FromSeconds(10));
        await AskAsync(Open, "PUT", "/v2/keys/_coreos.com/secret", Form, "value=1");
        Assert.That(Refusals()[^1], Does.Contain(" 2 before that"));
    }

    [Test]
    public async Task A_node_that_is_told_to_let_everybody_in_says_so_at_each_start()
    {
        Assert.That(_log.Lines, Has.None.Contains("--insecure-admin:"));
        for (int i = 0; i < 2; i++)
        {
            _log.Lines.Clear();
            ApiOptions options = new()
            {
                ListenClientUrls = [new Uri("http://0.0.0.0:0")],
                IsAdminInsecure = true,
            };
            await using ApiHarness insecure = await ApiHarness.StartAsync(options, loggers: _log);
            Assert.That(_log.Lines, Has.Exactly(1).StartsWith("--insecure-admin: whoever reaches http://0.0.0.0:"));
        }
    }

    [Test]
    public async Task The_socket_is_the_groups_or_it_is_said_why_not()
    {
        using TestFolder folder = new();
        string path = folder.File("s");
        Assert.That(() => UnixSocketFile.Restrict(path, null), Throws.TypeOf<FileNotFoundException>());
        await File.WriteAllTextAsync(path, "");
        Assert.That(UnixSocketFile.Restrict(path, null), Is.Null);
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        if (Environment.UserName == "root")
            Assert.That(UnixSocketFile.Restrict(path, 4711), Is.Null);
        else
            Assert.That(UnixSocketFile.Restrict(path, 4711), Is.EqualTo("Operation not permitted"));
    }

    private string[] Refusals() => [.. _log.Lines.Where(l => l.StartsWith("refused ", StringComparison.Ordinal))];

    private static async Task<RawAnswer> AskAsync(
        Uri server, string method, string target, string headers = "", string body = "")
    {
        await using RawClient client = await RawClient.OpenAsync(server);
        return await client.AskAsync(method, target, headers, body);
    }
}
