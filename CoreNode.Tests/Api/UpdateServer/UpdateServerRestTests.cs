using System.Text.Json.Nodes;
using CoreNode.Api.UpdateServer;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>REST below /corenode/v1/update-server, over the unix socket.</summary>
[TestFixture, Category("Unit"), CancelAfter(120_000)]
internal sealed class UpdateServerRestTests
{
    private UpdateServerHarness _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await UpdateServerHarness.StartAsync();
        await _server.SeedAsync();
    }

    [TearDown]
    public Task StopAsync() => _server.DisposeAsync().AsTask();

    [Test]
    public async Task A_policy_is_changed_in_what_is_said_only()
    {
        JsonNode group = await DoneAsync("PATCH", "apps/os/groups/servers",
            "{\"policy\":{\"maxAtATime\":5,\"windows\":[\"Mon-Fri 02:00 4h\"],\"timeZone\":\"Europe/Berlin\"}}");
        group = await DoneAsync("PATCH", "apps/os/groups/servers",
            "{\"policy\":{\"firstAlone\":true},\"description\":\"web\"}");
        JsonNode policy = group["policy"]!;
        Assert.That((int?)policy["maxAtATime"], Is.EqualTo(5));
        Assert.That((bool?)policy["firstAlone"], Is.True);
        Assert.That((string?)policy["windows"]![0], Is.EqualTo("Mon-Fri 02:00 4h"));
        Assert.That((string?)group["description"], Is.EqualTo("web"));
        Assert.That((string?)group["name"], Is.EqualTo("servers"));
    }

    [TestCase("POST", "apps", "{\"name\":\"os\"}", 409, "conflict")]
    [TestCase("POST", "apps", "{\"nmae\":\"x\"}", 400, "\"nmae\" is not known here")]
    [TestCase("POST", "apps", "{\"name\":5}", 400, "\"name\" is no text")]
    [TestCase("POST", "apps", "[1]", 400, "no JSON object")]
    [TestCase("POST", "apps", "{", 400, "no JSON")]
    [TestCase("GET", "apps/none", "", 404, "there is no application 'none'")]
    [TestCase("GET", "apps/os/groups/none", "", 404, "os has no group 'none'")]
    [TestCase("GET", "channels/99", "", 404, "there is no channel 99")]
    [TestCase("GET", "channels/x", "", 404, "'x' is no number")]
    [TestCase("GET", "nothing", "", 404, "there is nothing at /corenode/v1/update-server/nothing")]
    [TestCase("PATCH", "apps/os/groups/servers", "{\"policy\":{\"maxAtATim\":5}}", 400, "maxAtATim is not known")]
    [TestCase("PATCH", "apps/os/groups/servers", "{\"policy\":{\"waves\":[{\"percent\":0,\"after\":\"0s\"}]}}", 400,
        "the policy")]
    [TestCase("GET", "apps/os/machines?state=odd", "", 400, "is no state of a machine")]
    [TestCase("GET", "apps/os/machines?count=1001", "", 400, "?count= is a whole number up to 1000")]
    [TestCase("POST", "apps/os/packages", "this is no payload", 422, "untrusted")]
    [TestCase("POST", "apps/os/packages", "", 400, "the file itself is the body")]
    [TestCase("DELETE", "packages/0", "", 404, "there is no package 0")]
    [TestCase("POST", "tokens", "{\"name\":\"x\",\"role\":\"king\"}", 400, "viewer or admin")]
    [TestCase("DELETE", "status", "", 405, "DELETE is not for this path")]
    [TestCase("POST", "backup", "{}", 405, "GET is")]
    public async Task What_makes_no_sense_is_told_in_one_form(
        string method, string path, string body, int status, string words)
    {
        RawAnswer answer = await _server.RestAsync(method, path, body);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        JsonNode told = JsonNode.Parse(answer.Body)!;
        Assert.That((string?)told["error"], Is.Not.Empty);
        Assert.That($"{told["error"]} {told["message"]}", Does.Contain(words));
    }

    [Test]
    public async Task Machines_are_paged_and_found()
    {
        for (int i = 0; i < 25; i++)
            await _server.CheckAsync($"machine-{i:d2}", i < 20 ? "1.4.0" : "1.4.1");
        HashSet<string> seen = [];
        string after = "";
        do
        {
            JsonNode page = await DoneAsync("GET", $"apps/os/machines?count=10&after={Uri.EscapeDataString(after)}");
            Assert.That((int?)page["total"], Is.EqualTo(25));
            foreach (JsonNode? one in page["machines"]!.AsArray())
                Assert.That(seen.Add((string)one!["machine"]!), Is.True);
            after = (string)page["next"]!;
        }
        while (after.Length > 0);
        Assert.That(seen, Has.Count.EqualTo(25));
        JsonNode newest = await DoneAsync("GET", "apps/os/machines?version=1.4.1");
        Assert.That((int?)newest["total"], Is.EqualTo(5));
        JsonNode one17 = await DoneAsync("GET", "apps/os/machines?text=ne-17");
        Assert.That((string?)one17["machines"]![0]!["state"], Is.EqualTo("granted"));
        JsonNode history = await DoneAsync("GET", "apps/os/machines/machine-17/history");
        Assert.That(
            history["events"]!.AsArray().Select(one => (string?)one!["kind"]), Does.Contain("first").And.Contain("granted"));
    }

    [Test]
    public async Task A_long_poll_ends_with_a_change_and_with_its_time()
    {
        long pulse = (long)(await DoneAsync("GET", "pulse?wait=0"))["pulse"]!;
        Task<JsonNode> waiting = DoneAsync("GET", $"pulse?after={pulse}&wait=60");
        await _server.DoneAsync("channel", "add", "beta");
        Assert.That((long)(await waiting)["pulse"]!, Is.GreaterThan(pulse));
        long now = (long)(await DoneAsync("GET", "pulse?wait=0"))["pulse"]!;
        JsonNode ended = await DoneAsync("GET", $"pulse?after={now}&wait=1");
        Assert.That((long)ended["pulse"]!, Is.GreaterThanOrEqualTo(now));
    }

    [Test]
    public async Task Tokens_look_or_change_and_an_administrators_is_not_taken_in_clear_from_elsewhere()
    {
        string viewer = (await _server.DoneAsync("token", "add", "wall")).Trim();
        string admin = (await _server.DoneAsync("token", "add", "ops", "--role", "admin")).Trim();
        Assert.That((await BearAsync("GET", "apps", null)).Status, Is.EqualTo(401));
        RawAnswer wrong = await BearAsync("GET", "apps", "wrong");
        Assert.That((wrong.Status, wrong["WWW-Authenticate"]), Is.EqualTo(
            (401, "Bearer realm=\"corenode update server\"")));
        Assert.That((await BearAsync("GET", "apps", viewer)).Status, Is.EqualTo(200));
        Assert.That((await BearAsync("POST", "apps", viewer, "{\"name\":\"x\"}")).Status, Is.EqualTo(403));
        Assert.That((await BearAsync("GET", "backup", viewer)).Status, Is.EqualTo(403), "it holds tokens' hashes");
        Assert.That((await BearAsync("POST", "apps", admin, "{\"name\":\"x\"}")).Status, Is.EqualTo(201));
        await _server.DoneAsync("token", "remove", "ops");
        Assert.That((await BearAsync("GET", "apps", admin)).Status, Is.EqualTo(401), "taken back at once");
        JsonNode audit = await DoneAsync("GET", "audit");
        Assert.That(
            audit["entries"]!.AsArray().Select(one => $"{one!["who"]} {one["what"]}"),
            Has.Some.StartsWith("token ops app"));
        string whole = (await _server.RestAsync("GET", "audit")).Body;
        Assert.That(whole, Does.Not.Contain(viewer).And.Not.Contain(admin));
    }

    [Test]
    public async Task With_open_view_anybody_may_look_and_nobody_change()
    {
        await using UpdateServerHarness open = await UpdateServerHarness.StartAsync(
            new UpdateServerSettings { IsViewOpen = true });
        Assert.That((await open.AskAsync("GET", "/corenode/v1/update-server/apps")).Status, Is.EqualTo(200));
        Assert.That((await open.AskAsync("GET", "/corenode/v1/update-server/backup")).Status, Is.EqualTo(401));
        Assert.That((await open.AskAsync("POST", "/corenode/v1/update-server/apps", "{}")).Status, Is.EqualTo(401));
    }

    private Task<RawAnswer> BearAsync(string method, string path, string? secret, string body = "") => _server.AskAsync(
        method, "/corenode/v1/update-server/" + path, body,
        secret is null ? "" : $"Authorization: Bearer {secret}\r\n");

    private async Task<JsonNode> DoneAsync(string method, string path, string body = "")
    {
        RawAnswer answer = await _server.RestAsync(method, path, body);
        Assert.That(answer.Status, Is.InRange(200, 299), answer.Body);
        return JsonNode.Parse(answer.Body)!;
    }
}
