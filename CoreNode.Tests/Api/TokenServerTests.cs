using System.Text.Json.Nodes;
using CoreNode.Api;
using CoreNode.Api.Tokens;
using CoreNode.Discovery;
using CoreNode.Foundation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Api;

/// <summary>The token service over HTTP: etcd's words for what it does, and nothing beside it.</summary>
[TestFixture, Category("Unit")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TokenServerTests : IAsyncDisposable
{
    private const string Unknown = "/00000000000000000000000000000000";
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    private readonly ManualTime _time = new(DateTimeOffset.FromUnixTimeSeconds(1_795_000_000));
    private readonly MemoryKeyStore _store;
    private readonly OneMember _cluster;
    private TokenServer _server = null!;

    public TokenServerTests()
    {
        _store = new MemoryKeyStore(_time);
        _cluster = new OneMember(_time);
    }

    [SetUp]
    public Task StartAsync() => StartAsync(new TokenLimits());

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Test]
    public async Task A_new_token_is_the_url_that_the_client_knows_the_service_by()
    {
        RawAnswer made = await AskWithHostAsync("Host: discovery.example.com:8087\r\n", "/new?size=5");
        Assert.That((made.Status, made["Content-Type"]), Is.EqualTo((200, "text/plain; charset=utf-8")));
        Assert.That(made.Body, Does.Match("^http://discovery.example.com:8087/[0-9a-f]{32}$"));
        RawAnswer size = await AskAsync("GET", new Uri(made.Body).AbsolutePath + "/_config/size");
        Assert.That((string?)JsonNode.Parse(size.Body)!["node"]!["value"], Is.EqualTo("5"));
        Assert.That(made["Access-Control-Allow-Origin"], Is.Null, "browsers have no business here");
    }

    [TestCase("/new", 200)]
    [TestCase("/new?size=1", 200)]
    [TestCase("/new?size=9", 200)]
    [TestCase("/new?size=0", 400)]
    [TestCase("/new?size=10", 400)]
    [TestCase("/new?size=-1", 400)]
    [TestCase("/new?size=x", 400)]
    [TestCase("/new?size=", 400)]
    [TestCase("/new?size=%zz", 400)]
    public async Task Sizes_are_one_to_nine(string target, int status)
    {
        RawAnswer answer = await AskAsync("GET", target);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        if (status == 400)
            Assert.That(answer.Body, Does.Contain("a whole number of machines from 1 to 9"));
    }

    [Test]
    public async Task A_machine_is_written_down_once_found_by_others_and_removed()
    {
        string token = await NewAsync();
        RawAnswer made = await PutAsync(token + "/ab12", "value=a%3Dhttp%3A%2F%2F10.0.0.1%3A2380");
        Assert.That(made.Status, Is.EqualTo(201), made.Body);
        Assert.That(made["X-Etcd-Index"], Is.EqualTo("6"));
        Assert.That((await PutAsync(token + "/ab12", "value=b")).Body, Does.StartWith("{\"errorCode\":105,"));
        JsonNode node = JsonNode.Parse((await AskAsync("GET", token + "?recursive=true")).Body)!["node"]!;
        Assert.That(node["nodes"]!.AsArray(), Has.Count.EqualTo(1), "the configuration is hidden, as in etcd");
        Assert.That((string?)node["nodes"]![0]!["value"], Is.EqualTo("a=http://10.0.0.1:2380"));
        Assert.That((await AskAsync("DELETE", token + "/ab12")).Status, Is.EqualTo(200));
        Assert.That((await AskAsync("GET", token + "/ab12")).Body, Does.StartWith("{\"errorCode\":100,"));
    }

    [Test]
    public async Task A_watch_tells_of_the_next_machine_also_of_one_that_came_meanwhile()
    {
        string token = await NewAsync();
        RawAnswer list = await AskAsync("GET", token);
        await PutAsync(token + "/ab12", "value=x");
        ulong next = ulong.Parse(list["X-Etcd-Index"]!) + 1;
        RawAnswer change = await AskAsync("GET", $"{token}?recursive=true&wait=true&waitIndex={next}");
        Assert.That((string?)JsonNode.Parse(change.Body)!["action"], Is.EqualTo("create"));
    }

    [TestCase("value=x", "", "prevExist=false")]
    [TestCase("value=x", "prevExist=true", "prevExist=false")]
    [TestCase("value=x&dir=true", "prevExist=false", "prevExist=false")]
    [TestCase("value=", "prevExist=false", "1 to 2048 bytes")]
    [TestCase("", "prevExist=false", "1 to 2048 bytes")]
    public async Task Entries_are_made_whole_and_never_changed(string form, string query, string reason)
    {
        string token = await NewAsync();
        RawAnswer answer = await AskAsync("PUT", $"{token}/ab12?{query}", Form, form);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((400, answer.Body)));
        Assert.That(answer.Body, Does.Contain(reason));
    }

    [Test]
    public async Task Long_values_are_refused()
    {
        string token = await NewAsync();
        Assert.That((await PutAsync(token + "/a", "value=" + new string('x', 2048))).Status, Is.EqualTo(201));
        Assert.That((await PutAsync(token + "/b", "value=" + new string('x', 2049))).Status, Is.EqualTo(400));
    }

    [TestCase("GET", "/", 404)]
    [TestCase("GET", "/v2/keys/", 404)]
    [TestCase("GET", "/v2/members", 404)]
    [TestCase("GET", "/metrics", 404)]
    [TestCase("GET", "/_etcd/registry", 404)]
    [TestCase("GET", "/new/", 404)]
    [TestCase("DELETE", "/new", 405)]
    [TestCase("HEAD", "/new", 405)]
    [TestCase("POST", "/health", 405)]
    [TestCase("PUT", Unknown, 405)]
    [TestCase("DELETE", Unknown, 405)]
    [TestCase("PUT", Unknown + "/_config/size", 405)]
    [TestCase("POST", Unknown + "/ab", 405)]
    public async Task What_is_not_the_service_is_not_there(string method, string target, int status) =>
        Assert.That((await AskAsync(method, target)).Status, Is.EqualTo(status));

    [Test]
    public async Task An_unknown_token_is_told_in_etcds_words_with_what_to_do()
    {
        foreach (string target in new[] { Unknown, Unknown + "/_config/size", Unknown + "/ab", Unknown + "?wait=true" })
        {
            RawAnswer answer = await AskAsync("GET", target);
            Assert.That(answer.Status, Is.EqualTo(404));
            Assert.That(answer.Body, Does.StartWith("{\"errorCode\":100,\"message\":\"Key not found\",").And.Contain(
                "has expired, or never was"));
        }

        Assert.That((await PutAsync(Unknown + "/ab", "value=x")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_token_expires_with_all_below_it_and_its_watchers_hear_of_it()
    {
        string token = await NewAsync();
        await PutAsync(token + "/ab12", "value=x");
        await using RawClient watcher = await RawClient.OpenAsync(_server.BoundUrls[0]);
        await watcher.SendAsync($"GET {token}?recursive=true&wait=true HTTP/1.1\r\nHost: test\r\n\r\n");
        await watcher.ReadHeadAsync();
        _time.Advance(TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1));
        _store.ExpireDue();
        Assert.That((string?)JsonNode.Parse((await watcher.ReadChunkAsync())!)!["action"], Is.EqualTo("expire"));
        Assert.That((await AskAsync("GET", token)).Body, Does.Contain("has expired"));
    }

    [Test]
    public async Task Tokens_have_a_limit_for_all_and_one_for_each_client()
    {
        await StartAsync(new TokenLimits { MaxTokens = 2, TokensPerMinute = 3 });
        await NewAsync();
        await NewAsync();
        RawAnswer full = await AskAsync("GET", "/new");
        Assert.That((full.Status, full.Body), Is.EqualTo((503, full.Body)));
        Assert.That(full.Body, Does.Contain("--max-tokens"));
        RawAnswer tooMany = await AskAsync("GET", "/new");
        Assert.That(tooMany.Status, Is.EqualTo(429));
        Assert.That(tooMany.Body, Does.Contain("--tokens-per-minute"));
    }

    [Test]
    public async Task A_token_has_a_limit_of_machines()
    {
        await StartAsync(new TokenLimits { MaxEntriesPerToken = 2 });
        string token = await NewAsync();
        await PutAsync(token + "/a", "value=x");
        await PutAsync(token + "/b", "value=x");
        RawAnswer full = await PutAsync(token + "/c", "value=x");
        Assert.That(full.Status, Is.EqualTo(403));
        Assert.That(full.Body, Does.StartWith("{\"errorCode\":103,"));
        Assert.That((await PutAsync(token + "/a", "value=x")).Status, Is.EqualTo(412), "it is there already");
    }

    [Test]
    public async Task Watches_have_a_limit()
    {
        await StartAsync(new TokenLimits { MaxWatches = 0 });
        string token = await NewAsync();
        Assert.That((await AskAsync("GET", token + "?wait=true")).Status, Is.EqualTo(503));
    }

    [Test]
    public async Task A_store_that_cannot_write_makes_no_token()
    {
        _store.Refusal = CoreNode.Store.KeyError.Of(CoreNode.Store.ErrorCode.RaftInternal, "disk is full");
        RawAnswer answer = await AskAsync("GET", "/new");
        Assert.That((answer.Status, answer.Body), Is.EqualTo((503, answer.Body)));
        Assert.That(answer.Body, Does.Contain("disk is full"));
    }

    [TestCase("Host: evil.example.com/x\r\n")]
    [TestCase("Host: \r\n")]
    public async Task A_host_that_is_no_name_does_not_get_into_the_url(string header)
    {
        RawAnswer made = await AskWithHostAsync(header, "/new");
        if (made.Status == 200)
            Assert.That(made.Body, Does.StartWith("http://127.0.0.1:").And.Match("/[0-9a-f]{32}$"));
        else
            Assert.That(made.Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Health_says_why_not()
    {
        Assert.That((await AskAsync("GET", "/health")).Body, Is.EqualTo("{\"health\":\"true\"}"));
        _cluster.UnhealthyReason = "the disk hangs";
        RawAnswer ill = await AskAsync("GET", "/health");
        Assert.That((ill.Status, ill.Body), Is.EqualTo(
            (503, "{\"health\":\"false\",\"reason\":\"the disk hangs\"}\n")));
    }

    [Test]
    public async Task Whatever_is_asked_only_tokens_and_what_is_below_them_are_touched()
    {
        await StartAsync(new TokenLimits { MaxTokens = 5, TokensPerMinute = 1_000_000 });
        string token = await NewAsync();
        Prng prng = new(20_261_121);
        string[] parts =
        [
            token, "/new", "/health", "/_config", "/size", "/ab12", "/", "?size=3", "?wait=true&waitIndex=1",
            "?recursive=true", "&prevExist=false", "/..", "%2e%2e", "%00", "/v2/keys", "/_etcd/registry", "?value=x",
            "&dir=true", "&ttl=5", "&stream=false", "/%ff", "?prevIndex=9&quorum=1",
        ];
        string[] methods = ["GET", "PUT", "DELETE", "POST", "HEAD", "PATCH"];
        for (int i = 0; i < 3000; i++)
        {
            int count = prng.Next(1, 5);
            string target = string.Concat(Enumerable.Range(0, count).Select(_ => parts[prng.Next(parts.Length)]));
            string method = methods[prng.Next(methods.Length)];

            // A watch of what is yet to come would wait.
            if (target.Contains("wait=true") || target[0] != '/')
                continue;
            RawAnswer answer = await AskAsync(method, target, Form, "value=a%3Dhttp%3A%2F%2F10.0.0.1%3A2380");
            if (answer.Status is not (200 or 201 or 400 or 403 or 404 or 405 or 412 or 503))
                Assert.Fail($"{method} {target}: {answer.StatusLine}\n{answer.Body}");
        }

        CoreNode.Store.IKeyCursor cursor = _store.Current.OpenCursor("/"u8.ToArray());
        while (cursor.MoveNext())
        {
            string key = System.Text.Encoding.UTF8.GetString(cursor.Current.Key);
            Assert.That(key, Does.Match("^/_etcd(/registry(/[0-9a-f]{32}(/_config(/size)?|/[A-Za-z0-9-]+)?)?)?$"));
        }

        Assert.That((await AskAsync("GET", token + "/_config/size")).Body, Does.Contain("\"value\":\"3\""));
    }

    private async Task StartAsync(TokenLimits limits)
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = new TokenServer(
            new ApiOptions { ListenClientUrls = [new Uri("http://127.0.0.1:0")] }, null, _store, _cluster, limits,
            new MetricRegistry(), _time, NullLoggerFactory.Instance);
        await _server.StartAsync(CancellationToken.None);
    }

    private async Task<string> NewAsync()
    {
        RawAnswer made = await AskAsync("GET", "/new");
        Assert.That(made.Status, Is.EqualTo(200), made.Body);
        return new Uri(made.Body).AbsolutePath;
    }

    private Task<RawAnswer> PutAsync(string path, string form) =>
        AskAsync("PUT", path + "?prevExist=false", Form, form);

    private async Task<RawAnswer> AskWithHostAsync(string header, string target)
    {
        await using RawClient client = await RawClient.OpenAsync(_server.BoundUrls[0]);
        await client.SendAsync($"GET {target} HTTP/1.1\r\n{header}\r\n");
        return await client.ReadAsync();
    }

    private async Task<RawAnswer> AskAsync(string method, string target, string headers = "", string body = "")
    {
        await using RawClient client = await RawClient.OpenAsync(_server.BoundUrls[0]);
        return await client.AskAsync(method, target, headers, body);
    }
}
