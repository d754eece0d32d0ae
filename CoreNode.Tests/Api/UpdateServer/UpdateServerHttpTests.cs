using System.Globalization;
using System.Text;
using CoreNode.Api.UpdateServer;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>What machines meet: Omaha, packages, and the pages of a monitor.</summary>
[TestFixture, Category("Unit"), CancelAfter(120_000)]
internal sealed class UpdateServerHttpTests
{
    private UpdateServerHarness _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await UpdateServerHarness.StartAsync();
        await _server.SeedAsync();
    }

    [OneTimeTearDown]
    public Task StopAsync() => _server.DisposeAsync().AsTask();

    [TestCase("/v1/update/")]
    [TestCase("/v1/update")]
    [TestCase("/v1/update/?cup2key=1")]
    public async Task A_machine_is_offered_the_version_of_its_group(string target)
    {
        RawAnswer answer = await _server.AskAsync("POST", target, UpdateServerHarness.Request("m1", "1.4.0"));
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        Assert.That(answer["Content-Type"], Is.EqualTo("text/xml; charset=utf-8"));
        Assert.That(answer.Body, Does.Contain("<updatecheck status=\"ok\"").And.Contain("version=\"1.4.1\""));
        Assert.That(answer.Body, Does.Contain($"<url codebase=\"http://localhost/packages/{Payload().Sha256}/\""));
        Assert.That(answer["Access-Control-Allow-Origin"], Is.Null);
    }

    [TestCase("")]
    [TestCase("hello")]
    [TestCase("<request")]
    [TestCase("<request protocol=\"2.0\"/>")]
    [TestCase("<!DOCTYPE x [<!ENTITY a \"b\">]><request protocol=\"3.0\">&a;</request>")]
    [TestCase("{\"json\":true}")]
    public async Task What_is_no_request_gets_a_document_of_Omaha(string body)
    {
        RawAnswer answer = await _server.AskAsync("POST", "/v1/update/", body);
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Body, Does.Contain("<response protocol=\"3.0\""));
    }

    [Test]
    public async Task A_request_that_is_too_long_is_not_read_to_its_end()
    {
        await using RawClient client = await RawClient.OpenAsync(_server.Url);
        await client.SendAsync(
            "POST /v1/update/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"
            + new string('<', 70_000));
        RawAnswer answer = await client.ReadAsync();
        Assert.That((answer.Status, answer["Connection"]), Is.EqualTo((400, "close")));
        Assert.That(answer.Body, Does.Contain("<response protocol=\"3.0\""));
    }

    [TestCase("evil\"><x")]
    [TestCase("a b")]
    public async Task A_host_that_is_no_name_does_not_come_back_in_urls(string host)
    {
        await using RawClient client = await RawClient.OpenAsync(_server.Url);
        string body = UpdateServerHarness.Request("m2", "1.4.0");
        await client.SendAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /v1/update/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        RawAnswer answer = await client.ReadAsync();
        Assert.That(answer.Body, Does.Not.Contain("evil").And.Not.Contain("a b"));
    }

    [TestCase("GET", "/v1/update/", 405)]
    [TestCase("PUT", "/v1/update", 405)]
    [TestCase("POST", "/v1/updates", 404)]
    [TestCase("POST", "/", 405)]
    [TestCase("GET", "/nothing", 404)]
    [TestCase("GET", "/packages/", 404)]
    [TestCase("GET", "/packages/x", 404)]
    [TestCase("GET", "/packages/../data/server.db", 404)]
    [TestCase("GET", "/packages/%2e%2e/server.db", 404)]
    public async Task What_is_not_served_is_not_there(string method, string target, int status) =>
        Assert.That((await _server.AskAsync(method, target)).Status, Is.EqualTo(status));

    [Test]
    public async Task A_package_is_served_whole_and_may_be_kept_for_ever()
    {
        byte[] payload = await File.ReadAllBytesAsync(_server.Folder.File("1.4.1.img.payload"));
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(_server.Url, Path()));
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(payload));
        Assert.That(answer.Content.Headers.ContentLength, Is.EqualTo(payload.Length));
        Assert.That(answer.Headers.ETag!.Tag, Is.EqualTo($"\"{Payload().Sha256}\""));
        Assert.That(answer.Headers.CacheControl!.ToString(), Does.Contain("immutable"));
        Assert.That(answer.Headers.AcceptRanges, Does.Contain("bytes"));
    }

    [TestCase("bytes=0-99", 206, 0, 100)]
    [TestCase("bytes=-7", 206, -7, 7)]
    [TestCase("bytes=1000-", 206, 1000, -1)]
    [TestCase("bytes=0-1,4-5", 200, 0, -1)]
    public async Task A_range_is_served_alone(string range, int status, int from, int length)
    {
        byte[] payload = await File.ReadAllBytesAsync(_server.Folder.File("1.4.1.img.payload"));
        int first = from < 0 ? payload.Length + from : from;
        byte[] wanted = length < 0 ? payload[first..] : payload[first..(first + length)];
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_server.Url, Path()));
        request.Headers.TryAddWithoutValidation("Range", range);
        using HttpResponseMessage answer = await client.SendAsync(request);
        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(wanted));
        if (status == 206)
        {
            Assert.That(answer.Content.Headers.ContentRange!.ToString(), Is.EqualTo(
                $"bytes {first}-{first + wanted.Length - 1}/{payload.Length}"));
        }
    }

    [Test]
    public async Task Conditions_on_a_range_and_on_a_copy_are_kept()
    {
        string tag = $"\"{Payload().Sha256}\"";
        RawAnswer head = await _server.AskAsync("HEAD", Path());
        Assert.That((head.Status, head["ETag"]), Is.EqualTo((200, tag)));
        Assert.That(head["Content-Length"], Is.EqualTo(Payload().Size.ToString(CultureInfo.InvariantCulture)));
        RawAnswer known = await HeadOfAsync($"If-None-Match: W/\"a\", {tag}\r\n");
        Assert.That(known.Status, Is.EqualTo(304));
        RawAnswer same = await HeadOfAsync($"Range: bytes=5-6\r\nIf-Range: {tag}\r\n");
        Assert.That((same.Status, same["Content-Length"]), Is.EqualTo((206, "2")));
        RawAnswer other = await HeadOfAsync("Range: bytes=5-6\r\nIf-Range: \"other\"\r\n");
        Assert.That(other.Status, Is.EqualTo(200), "another content is sent whole");
        RawAnswer beyond = await HeadOfAsync("Range: bytes=99999999-\r\n");
        Assert.That((beyond.Status, beyond["Content-Range"]), Is.EqualTo((416, $"bytes */{Payload().Size}")));
    }

    [Test]
    public async Task A_machine_must_show_the_user_of_downloads_where_one_is_wanted()
    {
        await using UpdateServerHarness guarded = await UpdateServerHarness.StartAsync(
            new UpdateServerSettings { DownloadUser = "fleet:se:cret" });
        RawAnswer without = await guarded.AskAsync("POST", "/v1/update/", UpdateServerHarness.Request("m", "1"));
        Assert.That((without.Status, without["WWW-Authenticate"]), Is.EqualTo(
            (401, "Basic realm=\"corenode update server\", charset=\"UTF-8\"")));
        Assert.That((await guarded.AskAsync("GET", "/packages/a/b")).Status, Is.EqualTo(401));
        foreach ((string user, int status) in new[] { ("fleet:se:cret", 200), ("fleet:secret", 401), ("", 401) })
        {
            string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(user));
            RawAnswer answer = await guarded.AskAsync(
                "POST", "/v1/update/", UpdateServerHarness.Request("m", "1"), $"Authorization: Basic {basic}\r\n");
            Assert.That(answer.Status, Is.EqualTo(status), user);
        }
    }

    [Test]
    public async Task Urls_begin_with_the_advertised_one()
    {
        await using UpdateServerHarness named = await UpdateServerHarness.StartAsync(
            new UpdateServerSettings { AdvertiseUrl = "https://updates.example.com/a/" });
        await named.SeedAsync();
        Assert.That(
            await named.CheckAsync("m", "1.4.0"),
            Does.Contain("<url codebase=\"https://updates.example.com/a/packages/"));
    }

    [TestCase(true, "203.0.113.9")]
    [TestCase(false, "127.0.0.1")]
    public async Task Behind_a_proxy_machines_have_their_own_address_if_it_is_trusted(bool isTrusted, string address)
    {
        TrustedProxies proxies = new();
        Assert.That(proxies.TryAdd(isTrusted ? "127.0.0.0/8" : "127.0.0.2"), Is.True);
        await using UpdateServerHarness behind = await UpdateServerHarness.StartAsync(
            new UpdateServerSettings { Proxies = proxies });
        await behind.SeedAsync();
        RawAnswer answer = await behind.AskAsync(
            "POST", "/v1/update/", UpdateServerHarness.Request("m1", "1.4.0"),
            "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        MachineView? machine = await behind.Server.GetMachineAsync(
            UpdateServerHarness.AppId, "m1", CancellationToken.None);
        Assert.That(machine!.Address, Is.EqualTo(address));
    }

    [Test]
    public async Task Health_version_and_figures_are_there_for_monitors()
    {
        await _server.CheckAsync("seen", "1.4.1");
        RawAnswer health = await _server.AskAsync("GET", "/health");
        Assert.That((health.Status, health.Body), Is.EqualTo((200, "{\"health\":\"true\"}")));
        RawAnswer version = await _server.AskAsync("GET", "/version");
        Assert.That(version.Body, Is.EqualTo("{\"server\":\"corenode\",\"version\":\"1.2.3\"}\n"));
        string figures = (await _server.AskAsync("GET", "/metrics")).Body;
        Assert.That(figures, Does.Contain("corenode_update_server_request_seconds_count "));
        Assert.That(figures, Does.Contain("corenode_update_server_group_stopped{app=\"os\",group=\"servers\"} 0\n"));
        Assert.That(figures, Does.Contain(
            "corenode_update_server_group_version_machines{app=\"os\",group=\"servers\",version=\"1.4.1\"} "));
        Assert.That(figures, Does.Contain("process_resident_memory_bytes "));
    }

    private CatalogueFile Payload() => _server.Server.Catalogue.Packages[0].Files[0];

    private string Path() => $"/packages/{Payload().Sha256}/{Payload().Name}";

    private async Task<RawAnswer> HeadOfAsync(string headers)
    {
        await using RawClient client = await RawClient.OpenAsync(_server.Url);
        await client.SendAsync($"GET {Path()} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        return await client.ReadHeadAsync();
    }
}
