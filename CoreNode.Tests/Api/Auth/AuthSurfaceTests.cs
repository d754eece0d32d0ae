using System.Text.Json.Nodes;
using CoreNode.Api;
using CoreNode.Tests.Conformance;

namespace CoreNode.Tests.Api.Auth;

/// <summary>/v2/auth and what it guards, over HTTP and the in-memory store.</summary>
[TestFixture, Category("Unit")]
internal sealed class AuthSurfaceTests
{
    [Test, Category("Conformance")]
    public async Task Recorded_exchanges_of_users_and_roles_are_answered_as_etcd_did()
    {
        await using AuthHarness harness = await AuthHarness.StartAsync();
        harness.Api.Cluster.Members =
            [harness.Api.Cluster.Members[0] with { ClientUrls = [harness.Api.Url.GetLeftPart(UriPartial.Authority)] }];
        await AuthCases.RunAsync(harness.Api.Url, withMembers: false);
    }

    [Test]
    public async Task Administrators_at_the_same_time_lose_none_of_their_changes()
    {
        const int Changes = 8;
        await using AuthHarness harness = await AuthHarness.StartAsync();
        await harness.PutUserAsync("u", """{"user":"u","password":"pw"}""");
        await harness.PutRoleAsync("r", """{"role":"r"}""");
        IEnumerable<Task<RawAnswer>> all = Enumerable.Range(0, Changes).SelectMany(n => new[]
        {
            harness.PutUserAsync("u", $$"""{"user":"u","grant":["role{{n}}"]}"""),
            harness.PutRoleAsync("r", $$$$"""{"role":"r","grant":{"kv":{"read":["/k{{{{n}}}}"]}}}"""),
        });
        RawAnswer[] answers = await Task.WhenAll(all);
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(200));
        await harness.PutUserAsync("u", """{"user":"u","grant":["r"]}""");
        JsonNode changed = JsonNode.Parse(
            (await harness.PutUserAsync("u", """{"user":"u","revoke":["r"]}""")).Body)!;
        Assert.That(changed["roles"]!.AsArray(), Has.Count.EqualTo(Changes));
        JsonNode role = await harness.ShowAsync("/v2/auth/roles/r");
        Assert.That(role["permissions"]!["kv"]!["read"]!.AsArray(), Has.Count.EqualTo(Changes));
    }

    [Test]
    public async Task Only_one_of_those_who_make_the_same_user_at_once_makes_it()
    {
        await using AuthHarness harness = await AuthHarness.StartAsync();
        RawAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => harness.PutUserAsync(
            "u", $$"""{"user":"u","password":"pw{{n}}","roles":["r"]}""")));
        Assert.That(answers.Count(answer => answer.Status == 200), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Status == 409), Is.EqualTo(5));
    }

    [Test]
    public async Task Once_on_only_root_sees_and_changes_users_members_and_backups()
    {
        await using AuthHarness harness = await AuthHarness.StartEnabledAsync();
        await harness.PutUserAsync("app", """{"user":"app","password":"x","roles":["guest"]}""", "root:pw");
        (string Method, string Target)[] guarded =
        [
            ("GET", "/v2/auth/users"), ("GET", "/v2/auth/users/app"), ("GET", "/v2/auth/roles"),
            ("GET", "/v2/auth/roles/guest"), ("PUT", "/v2/auth/enable"), ("DELETE", "/v2/auth/enable"),
            ("POST", "/v2/members"), ("DELETE", "/v2/members/12ab"), ("PUT", "/v2/members/12ab"),
            ("POST", "/v2/members/12ab/promote"), ("POST", "/v2/members/leader"), ("GET", "/corenode/v1/snapshot"),
        ];
        foreach ((string method, string target) in guarded)
        {
            foreach (string? user in new[] { null, "app:x", "root:wrong", "nobody:pw" })
            {
                RawAnswer answer = await harness.AskAsync(method, target, user);
                Assert.That(
                    (answer.Status, answer.Body), Is.EqualTo((401, """{"message":"Insufficient credentials"}""")),
                    $"{method} {target} as {user ?? "guest"}");
                Assert.That(answer["X-CoreNode-Refused"], Does.Contain("role root"));
            }
        }

        foreach ((string method, string target) in guarded.Where(one => one.Method == "GET"))
            Assert.That(await harness.StatusAsync(method, target, "root:pw"), Is.EqualTo(200), target);
        foreach (string open in new[] { "/v2/auth/enable", "/v2/members", "/v2/machines", "/health", "/version" })
            Assert.That(await harness.StatusAsync("GET", open), Is.EqualTo(200), open);
    }

    [Test]
    public async Task A_changed_password_and_a_removed_user_take_effect_at_once()
    {
        await using AuthHarness harness = await AuthHarness.StartEnabledAsync();
        await using RawClient kept = await harness.Api.OpenAsync();
        await harness.PutUserAsync("app", """{"user":"app","password":"one","roles":["root"]}""", "root:pw");
        Assert.That(await StatusAsync(kept, "app:one"), Is.EqualTo(200));
        Assert.That(await StatusAsync(kept, "app:one"), Is.EqualTo(200));
        Assert.That(await StatusAsync(kept, "app:two"), Is.EqualTo(401));
        await harness.PutUserAsync("app", """{"user":"app","password":"two"}""", "root:pw");
        Assert.That(await StatusAsync(kept, "app:one"), Is.EqualTo(401));
        Assert.That(await StatusAsync(kept, "app:two"), Is.EqualTo(200), "although it was wrong a moment ago");
        await harness.PutUserAsync("app", """{"user":"app","revoke":["root"]}""", "root:pw");
        Assert.That(await StatusAsync(kept, "app:two"), Is.EqualTo(401));
        Assert.That(await harness.StatusAsync("DELETE", "/v2/auth/users/app", "root:pw"), Is.EqualTo(200));
        Assert.That(await harness.StatusAsync("GET", "/v2/keys/x", "app:two"), Is.EqualTo(401));
    }

    [Test]
    public async Task A_known_credential_needs_no_further_hash()
    {
        await using AuthHarness harness = await AuthHarness.StartEnabledAsync();
        await harness.StatusAsync("GET", "/v2/keys/x", "root:pw");
        await harness.StatusAsync("GET", "/v2/keys/x", "root:wrong");
        double before = await HashesAsync(harness);
        for (int i = 0; i < 20; i++)
        {
            Assert.That(await harness.StatusAsync("GET", "/v2/keys/x", "root:pw"), Is.EqualTo(404));
            Assert.That(await harness.StatusAsync("GET", "/v2/keys/x", "root:wrong"), Is.EqualTo(401));
        }

        Assert.That(await HashesAsync(harness), Is.EqualTo(before));
        await harness.StatusAsync("GET", "/v2/keys/x", "nobody:wrong");
        Assert.That(await HashesAsync(harness), Is.EqualTo(before + 1), "unknown users cost the same");
    }

    [Test]
    public async Task More_guesses_than_may_wait_are_refused_with_the_limit()
    {
        await using AuthHarness harness = await AuthHarness.StartEnabledAsync(
            new ApiOptions { PasswordIterations = 200_000 });
        Assert.That(await harness.StatusAsync("GET", "/v2/keys/x", "root:pw"), Is.EqualTo(404));
        Task<RawAnswer[]> guesses = Task.WhenAll(Enumerable.Range(0, 30).Select(
            n => harness.AskAsync(n % 2 == 0 ? "GET" : "PUT", $"/v2/keys/x{n}?value=1", $"root:guess{n}")));
        Assert.That(await harness.StatusAsync("GET", "/v2/keys/x", "root:pw"), Is.EqualTo(404), "it is known");
        RawAnswer[] answers = await guesses;
        RawAnswer[] refused = [.. answers.Where(answer => answer.Status == 503)];
        Assert.That(answers.Count(answer => answer.Status == 401) + refused.Length, Is.EqualTo(answers.Length));
        Assert.That(refused, Is.Not.Empty);
        Assert.That(refused.Select(answer => answer.Body), Is.All.Contain("\"errorCode\":300").And.All.Contain(
            "corenode: too many passwords wait to be verified (limits: 64, and 8 of one user); try again"));
    }

    [Test]
    public async Task A_write_whose_password_is_not_known_yet_keeps_its_body()
    {
        await using AuthHarness harness = await AuthHarness.StartEnabledAsync();
        string value = new('v', 100_000);
        RawAnswer answer = await harness.Api.AskAsync(
            "PUT", "/v2/keys/big",
            AuthHarness.Header("root:pw") + "Content-Type: application/x-www-form-urlencoded\r\n", "value=" + value);
        Assert.That(answer.Status, Is.EqualTo(201));
        Assert.That((string)(await harness.ShowAsync("/v2/keys/big"))["node"]!["value"]!, Is.EqualTo(value));
    }

    [Test]
    public async Task Bad_parameters_are_told_before_credentials_as_in_etcd()
    {
        await using AuthHarness harness = await AuthHarness.StartEnabledAsync();
        RawAnswer answer = await harness.AskAsync("GET", "/v2/keys/x?recursive=maybe", "root:wrong");
        Assert.That(answer.Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Oversized_names_and_passwords_are_refused()
    {
        await using AuthHarness harness = await AuthHarness.StartAsync();
        RawAnswer password = await harness.PutUserAsync(
            "u", $$"""{"user":"u","password":"{{new string('x', 1025)}}"}""");
        Assert.That((password.Status, password.Body), Is.EqualTo(
            (400, """{"message":"auth: the password is longer than 1024 bytes"}""")));
        RawAnswer role = await harness.PutRoleAsync(
            "r", $$$$"""{"role":"r","permissions":{"kv":{"read":["{{{{new string('x', 5000)}}}}"]}}}""");
        Assert.That(role.Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Without_a_quorum_the_reason_is_told()
    {
        await using AuthHarness harness = await AuthHarness.StartAsync();
        harness.Api.Store.Refusal = CoreNode.Store.KeyError.Of(
            CoreNode.Store.ErrorCode.RaftInternal, "etcdserver: request timed out");
        RawAnswer answer = await harness.PutRoleAsync("r", """{"role":"r"}""");
        Assert.That((answer.Status, answer.Body), Is.EqualTo((500, """{"message":"etcdserver: request timed out"}""")));
    }

    private static async Task<int> StatusAsync(RawClient client, string user) =>
        (await client.AskAsync("GET", "/v2/auth/roles", AuthHarness.Header(user))).Status;

    private static async Task<double> HashesAsync(AuthHarness harness)
    {
        string metrics = (await harness.Api.AskAsync("GET", "/metrics")).Body;
        string line = metrics.Split('\n').Single(
            one => one.StartsWith("corenode_auth_passwords_total ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
