using CoreNode.Api.Client;
using CoreNode.Store;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Api.Client;

[TestFixture, Category("Unit")]
internal sealed class V2TransportTests
{
    private const string Nobody = "http://127.0.0.1:1";
    private const string Found =
        """{"action":"get","node":{"key":"/a","value":"x","modifiedIndex":4,"createdIndex":4}}""";

    [Test]
    public async Task A_write_goes_to_the_next_endpoint_if_the_first_cannot_be_reached()
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (200, Found, 4));
        using V2Client client = Client(Nobody, server.Endpoint);
        KvOutcome outcome = await client.SetAsync("/a", "x", KvSetOptions.None, CancellationToken.None);
        Assert.That(outcome, Is.InstanceOf<KvOutcome.Done>());
    }

    [Test]
    public async Task A_write_that_a_node_may_have_is_never_sent_to_another()
    {
        await using ScriptedServer first = ScriptedServer.Start((_, answer) =>
        {
            answer.Close();
            return Task.CompletedTask;
        });
        await using ScriptedServer second = ScriptedServer.Start(_ => (200, Found, 4));
        using V2Client client = Client(first.Endpoint, second.Endpoint);
        KvOutcome outcome = await client.DeleteAsync("/a", KvDeleteOptions.None, CancellationToken.None);
        Assert.That(outcome, Is.InstanceOf<KvOutcome.Unknown>());
        Assert.That(first.Requests, Has.Count.EqualTo(1));
        Assert.That(second.Requests, Is.Empty);
    }

    [Test]
    public async Task A_write_on_a_connection_that_closes_after_use_is_not_sent_again()
    {
        int requests = 0;
        await using ScriptedServer server = ScriptedServer.Start(async (_, answer) =>
        {
            if (Interlocked.Increment(ref requests) == 1)
                await answer.SendAsync(200, Found);
            else
                answer.Close();
        });
        using V2Client client = Client(server.Endpoint);
        await client.GetAsync("/a", KvGetOptions.Plain, CancellationToken.None);
        KvOutcome outcome = await client.DeleteAsync("/a", KvDeleteOptions.None, CancellationToken.None);
        Assert.That(outcome, Is.InstanceOf<KvOutcome.Unknown>());
        Assert.That(server.Requests.Count(request => request.Method == "DELETE"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_read_goes_on_to_an_endpoint_that_can_serve()
    {
        await using ScriptedServer broken = ScriptedServer.Start((_, answer) =>
        {
            answer.Close();
            return Task.CompletedTask;
        });
        await using ScriptedServer leaderless = ScriptedServer.Start(_ => (503, "", 0));
        await using ScriptedServer good = ScriptedServer.Start(_ => (200, Found, 4));
        using V2Client client = Client(broken.Endpoint, leaderless.Endpoint, good.Endpoint);
        KvOutcome outcome = await client.GetAsync("/a", KvGetOptions.Plain, CancellationToken.None);
        Assert.That(((KvOutcome.Done)outcome).Change.Node.Value, Is.EqualTo("x"));
        await client.GetAsync("/a", KvGetOptions.Plain, CancellationToken.None);
        Assert.That(good.Requests, Has.Count.EqualTo(2));
        Assert.That(leaderless.Requests, Has.Count.EqualTo(1), "the endpoint that answered is asked first");
    }

    [Test]
    public async Task An_answer_that_does_not_come_in_time_leaves_a_write_unknown()
    {
        await using ScriptedServer server = ScriptedServer.Start((_, answer) => answer.HangAsync());
        using var client = new V2Client(Options(server.Endpoint) with { RequestTimeout = TimeSpan.FromSeconds(0.2) });
        KvOutcome write = await client.SetAsync("/a", "x", KvSetOptions.None, CancellationToken.None);
        KvOutcome read = await client.GetAsync("/a", KvGetOptions.Plain, CancellationToken.None);
        Assert.That(write, Is.InstanceOf<KvOutcome.Unknown>());
        Assert.That(((KvOutcome.Unreachable)read).Reason, Does.Contain("no answer within 0.2 s"));
    }

    [Test]
    public async Task A_refused_connection_says_where()
    {
        using V2Client client = Client(Nobody);
        KvOutcome outcome = await client.SetAsync("/a", "x", KvSetOptions.None, CancellationToken.None);
        Assert.That(outcome, Is.EqualTo(new KvOutcome.Unreachable($"{Nobody}: connection refused")));
    }

    [Test]
    public async Task A_redirect_is_not_followed_because_it_would_lose_a_write()
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (301, "", 0));
        using V2Client client = Client(server.Endpoint);
        KvOutcome outcome = await client.SetAsync("/a", "x", KvSetOptions.None, CancellationToken.None);
        Assert.That(outcome, Is.InstanceOf<KvOutcome.Refused>());
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_unix_socket_is_an_endpoint()
    {
        using TestFolder folder = new();
        await using ScriptedServer server = ScriptedServer.StartOnSocket(
            folder.File("s"), (_, answer) => answer.SendAsync(200, Found, 9));
        using V2Client client = Client(server.Endpoint);
        KvOutcome outcome = await client.GetAsync("/a", KvGetOptions.Plain, CancellationToken.None);
        Assert.That(((KvOutcome.Done)outcome).Change.Index.Value, Is.EqualTo(9));
    }

    [Test]
    public async Task A_unix_socket_that_is_not_there_is_told()
    {
        using V2Client client = Client("unix:///nowhere/s");
        KvOutcome outcome = await client.GetAsync("/a", KvGetOptions.Plain, CancellationToken.None);
        Assert.That(((KvOutcome.Unreachable)outcome).Reason, Does.StartWith("unix:///nowhere/s: no such socket"));
    }

    [Test]
    public async Task User_and_password_go_into_the_basic_header()
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (200, Found, 4));
        using var client = new V2Client(Options(server.Endpoint) with { User = "root:p:w" });
        await client.GetAsync("/a", KvGetOptions.Plain, CancellationToken.None);
        Assert.That(server.Requests.Single().Headers["Authorization"], Is.EqualTo("Basic cm9vdDpwOnc="));
    }

    [Test]
    public async Task A_refusal_is_an_outcome_with_the_stores_words()
    {
        await using ScriptedServer server = ScriptedServer.Start(_ =>
            (412, """{"errorCode":101,"message":"Compare failed","cause":"[a != b]","index":5}""", 5));
        using V2Client client = Client(server.Endpoint);
        var options = new KvSetOptions { PreviousValue = "a" };
        KvOutcome outcome = await client.SetAsync("/a", "x", options, CancellationToken.None);
        Assert.That(outcome, Is.EqualTo(new KvOutcome.Refused(new KvError(101, "Compare failed", "[a != b]", 5))));
    }

    [TestCase("/missing/ca.pem", null, null, "/missing/ca.pem")]
    [TestCase(null, "/c.pem", null, "--key")]
    [TestCase(null, null, "/k.pem", "--cert")]
    [TestCase(null, "/missing/c.pem", "/missing/k.pem", "/missing/c.pem")]
    public void Files_for_tls_that_cannot_be_used_are_named(string? ca, string? cert, string? key, string named)
    {
        ClientOptions options = Options(Nobody) with { CaFile = ca, CertFile = cert, KeyFile = key };
        ClientConfigurationException? fault =
            Assert.Throws<ClientConfigurationException>(() => new V2Client(options).Dispose());
        Assert.That(fault!.Message, Does.Contain(named));
    }

    internal static ClientOptions Options(params string[] endpoints) => new()
    {
        Endpoints =
        [
            .. endpoints.Select(text => ClientEndpoint.TryParse(text, out ClientEndpoint? endpoint, out string? problem)
                ? endpoint
                : throw new ArgumentException(problem)),
        ],
    };

    private static V2Client Client(params string[] endpoints) => new(Options(endpoints));
}
