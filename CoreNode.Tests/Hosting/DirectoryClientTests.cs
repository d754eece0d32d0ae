using System.Globalization;
using CoreNode.Api;
using CoreNode.Api.Tokens;
using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Hosting;
using CoreNode.Pki;
using CoreNode.Tests.Api;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting;

/// <summary>What directories answer over HTTP, rightly and wrongly, as a search is told of it.</summary>
[TestFixture, Category("Unit")]
internal sealed class DirectoryClientTests
{
    private static readonly DirectoryRequest s_list = new DirectoryRequest.List();
    private static readonly DirectoryRequest s_size = new DirectoryRequest.ReadSize();
    private static readonly DirectoryRequest s_watch = new DirectoryRequest.Watch(41);
    private static readonly DirectoryRequest s_register = new DirectoryRequest.Register("ab", "a=http://10.0.0.1:1");

    [Test]
    public async Task Requests_are_those_of_etcds_client()
    {
        await using ScriptedServer server = ScriptedServer.Start(static _ => (404, "", 0));
        using DirectoryClient client = Client(server.Endpoint + "/v2/keys/some%20where/abc");
        foreach (DirectoryRequest request in new[] { s_size, s_list, s_register, s_watch })
            await client.AskAsync(request, CancellationToken.None);
        Assert.That(server.Requests.Select(r => $"{r.Method} {r.Target} {r.Body}".Trim()), Is.EqualTo(new[]
        {
            "GET /v2/keys/some%20where/abc/_config/size",
            "GET /v2/keys/some%20where/abc",
            "PUT /v2/keys/some%20where/abc/ab?prevExist=false value=a%3Dhttp%3A%2F%2F10.0.0.1%3A1",
            "GET /v2/keys/some%20where/abc?recursive=true&wait=true&waitIndex=42",
        }));
    }

    [Test]
    public async Task A_listing_has_the_entries_without_the_configuration()
    {
        const string list = """
            {"action":"get","node":{"key":"/r/abc","dir":true,"nodes":[
            {"key":"/r/abc/_config","dir":true,"createdIndex":4},
            {"key":"/r/abc/b","value":"y","createdIndex":9,"modifiedIndex":9},
            {"key":"/r/abc/sub","dir":true,"createdIndex":5},
            {"key":"/r/abc/a","value":"x","createdIndex":7,"modifiedIndex":7}]}}
            """;
        DirectoryAnswer.Listed listed = (DirectoryAnswer.Listed)await AnswerAsync(s_list, 200, list, 12);
        Assert.That(listed.Index, Is.EqualTo(12));
        Assert.That(listed.Entries, Is.EqualTo(
            new[] { new DirectoryEntry("b", "y", 9), new DirectoryEntry("a", "x", 7) }));
    }

    [TestCase(404, """{"errorCode":100,"message":"Key not found","cause":"/r/abc","index":1}""", "Missing")]
    [TestCase(412, """{"errorCode":105,"message":"Key already exists","cause":"/r/abc/a","index":1}""", "Exists")]
    [TestCase(403, """{"errorCode":103,"message":"Reached the max","cause":"","index":1}""", "NoRoom")]
    [TestCase(400, """{"errorCode":401,"message":"The event in requested index","index":9}""", "Changed")]
    [TestCase(400, """{"errorCode":400,"message":"watcher is cleared","index":9}""", "Changed")]
    [TestCase(401, """{"errorCode":110,"message":"The request requires","index":0}""", "Refused")]
    [TestCase(500, """{"errorCode":300,"message":"Raft Internal Error","index":0}""", "Unreachable")]
    [TestCase(429, "slow down", "Unreachable")]
    [TestCase(503, "<html>away</html>", "Unreachable")]
    [TestCase(404, "404 page not found\n", "Refused")]
    [TestCase(403, "<html>no</html>", "Refused")]
    [TestCase(301, "", "Refused")]
    public async Task Refusals_are_told_from_absences(int status, string body, string kind)
    {
        foreach (DirectoryRequest request in new[] { s_size, s_list, s_register, s_watch })
            Assert.That((await AnswerAsync(request, status, body, 3)).GetType().Name, Is.EqualTo(kind), $"{request}");
    }

    [Test]
    public async Task Successes_that_are_none_are_refused()
    {
        Assert.That(await AnswerAsync(s_list, 200, "<html></html>", 0), Is.InstanceOf<DirectoryAnswer.Refused>());
        Assert.That(await AnswerAsync(s_register, 200, "", 0), Is.InstanceOf<DirectoryAnswer.Refused>());
        const string file = """{"action":"get","node":{"key":"/r/abc","value":"x","createdIndex":4}}""";
        Assert.That(await AnswerAsync(s_list, 200, file, 4), Is.InstanceOf<DirectoryAnswer.Refused>());
        const string folder = """{"action":"get","node":{"key":"/r/abc/_config/size","dir":true}}""";
        Assert.That(await AnswerAsync(s_size, 200, folder, 4), Is.InstanceOf<DirectoryAnswer.Refused>());
    }

    [Test]
    public async Task A_watch_that_ends_without_an_event_is_no_change() =>
        Assert.That(await AnswerAsync(s_watch, 200, "", 4), Is.InstanceOf<DirectoryAnswer.Unreachable>());

    [Test]
    public async Task Nobody_there_is_said_with_the_reason()
    {
        string url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}");
        using DirectoryClient client = Client(url + "/abc");
        DirectoryAnswer answer = await client.AskAsync(s_list, CancellationToken.None);
        Assert.That(((DirectoryAnswer.Unreachable)answer).Reason, Is.EqualTo($"{url}: connection refused"));
    }

    [Test]
    public async Task A_service_with_a_certificate_of_a_private_ca_is_checked_against_it()
    {
        using TestFolder folder = new();
        using TestAuthority authority = new();
        using TestAuthority stranger = new("stranger");
        authority.Write(folder.Path, "server", "127.0.0.1");
        await File.WriteAllTextAsync(folder.File("ca.pem"), authority.Pem);
        await File.WriteAllTextAsync(folder.File("stranger.pem"), stranger.Pem);
        ManualTime time = new(DateTimeOffset.FromUnixTimeSeconds(1_795_000_000));
        MetricRegistry metrics = new();
        ApiOptions options = new()
        {
            ListenClientUrls = [new Uri("https://127.0.0.1:0")],
            Certificates = new CertificateSource(
                new TlsFiles(folder.File("server.crt"), folder.File("server.key"), null, false),
                CertificateUse.Clients, metrics, TimeProvider.System, NullLogger<CertificateSource>.Instance),
        };
        await using TokenServer server = new(
            options, null, new MemoryKeyStore(time), new OneMember(time), new TokenLimits(), metrics, time,
            NullLoggerFactory.Instance);
        await server.StartAsync(CancellationToken.None);
        string url = server.BoundUrls[0].GetLeftPart(UriPartial.Authority) + "/0123456789abcdef0123456789abcdef";
        using DirectoryClient trusting = Client(url, folder.File("ca.pem"));
        Assert.That(await trusting.AskAsync(s_size, CancellationToken.None), Is.InstanceOf<DirectoryAnswer.Missing>());
        using DirectoryClient wary = Client(url, folder.File("stranger.pem"));
        DirectoryAnswer refused = await wary.AskAsync(s_size, CancellationToken.None);
        Assert.That(((DirectoryAnswer.Unreachable)refused).Reason, Does.Contain("TLS failed"));
        Assert.That(
            () => Client(url, folder.File("none.pem")), Throws.InstanceOf<IOException>().With.Message.Contains(
                "--discovery-ca-file"));
    }

    private static async Task<DirectoryAnswer> AnswerAsync(
        DirectoryRequest request, int status, string body, ulong index)
    {
        await using ScriptedServer server = ScriptedServer.Start(_ => (status, body, index));
        using DirectoryClient client = Client(server.Endpoint + "/abc");
        return await client.AskAsync(request, CancellationToken.None);
    }

    private static DirectoryClient Client(string text, string? caFile = null) =>
        DirectoryUrl.TryParse(text, out DirectoryUrl? url, out string? problem)
            ? new DirectoryClient(url, caFile)
            : throw new ArgumentException(problem);
}
