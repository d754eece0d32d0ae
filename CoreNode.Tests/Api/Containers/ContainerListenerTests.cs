using System.Net;
using System.Net.Sockets;
using System.Text;
using CoreNode.Api;
using CoreNode.Api.Containers;
using CoreNode.Tests.Foundation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Tests.Api.Containers;

/// <summary>What containers may ask for on the listeners that are theirs.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class ContainerListenerTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";
    private const string Shown = $"Authorization: Bearer {Token}\r\n";

    private static readonly Uri s_any = new("http://127.0.0.1:0");

    [TestCase("")]
    [TestCase("Authorization: Bearer\r\n")]
    [TestCase("Authorization: Bearer 0123456789abcdef\r\n")]
    [TestCase("Authorization: Basic bm8=\r\n")]
    [TestCase("Authorization: Digest 0123456789abcdef0123456789abcdef\r\n")]
    public async Task Without_the_token_nothing_is_answered(string header)
    {
        await using ApiHarness harness = await StartAsync();
        foreach (string method in (string[])["GET", "PUT", "DELETE", "OPTIONS"])
        {
            RawAnswer answer = await AskAsync(harness, method, "/v2/keys/a", header);
            Assert.That(answer.Status, Is.EqualTo(401), method);
        }

        Assert.That((await harness.AskAsync("GET", "/v2/keys/a")).Status, Is.EqualTo(404), "nothing was written");
    }

    [Test]
    public async Task With_it_keys_are_written_read_and_watched()
    {
        await using ApiHarness harness = await StartAsync();
        string basic = Convert.ToBase64String(Encoding.ASCII.GetBytes($"container:{Token}"));
        RawAnswer made = await AskAsync(harness, "PUT", "/v2/keys/services/web/1?value=here", Shown);
        Assert.That(made.Status, Is.EqualTo(201));
        RawAnswer read = await AskAsync(harness, "GET", "/v2/keys/services/web/1", $"Authorization: Basic {basic}\r\n");
        Assert.That(read.Body, Does.Contain("\"value\":\"here\""));
        read = await AskAsync(harness, "GET", "/v2/keys/services?wait=true&recursive=true&waitIndex=1", Shown);
        Assert.That(read.Body, Does.Contain("\"action\":\"set\""));
        Assert.That((await AskAsync(harness, "DELETE", "/v2/keys/services/web/1", Shown)).Status, Is.EqualTo(200));
    }

    [TestCase("GET", "/v2/members")]
    [TestCase("GET", "/v2/auth/users")]
    [TestCase("GET", "/version")]
    [TestCase("GET", "/health")]
    [TestCase("GET", "/metrics")]
    [TestCase("GET", "/v2/keysx")]
    [TestCase("GET", "/corenode/v1/status")]
    [TestCase("GET", "/corenode/v1/units")]
    [TestCase("GET", "/fleet/v1/units")]
    [TestCase("OPTIONS", "/corenode/v1/units")]
    [TestCase("GET", "/v2/keys/_coreos.com/fleet")]
    [TestCase("HEAD", "/v2/keys/_coreos.com")]
    [TestCase("GET", "/v2/keys/coreos.com/network/config")]
    [TestCase("PUT", "/v2/keys/_coreos.com/a?value=b")]
    [TestCase("PUT", "/v2/keys/%5fcoreos.com/a?value=b")]
    [TestCase("DELETE", "/v2/keys/coreos.com?recursive=true")]
    [TestCase("DELETE", "/v2/keys/?recursive=true")]
    public async Task Nothing_else_is_served_with_it(string method, string target)
    {
        await using ApiHarness harness = await StartAsync(insecure: true);
        Assert.That((await AskAsync(harness, method, target, Shown)).Status, Is.EqualTo(403));
    }

    [TestCase("/v2/keys/a/../_coreos.com/b")]
    [TestCase("/v2/keys//_coreos.com/b")]
    [TestCase("/v2/../corenode/v1/units")]
    public async Task A_path_in_disguise_is_not_followed(string target)
    {
        await using ApiHarness harness = await StartAsync(insecure: true);
        RawAnswer answer = await AskAsync(harness, "PUT", $"{target}?value=c", Shown);
        Assert.That(answer.Status, Is.AnyOf(301, 403));
        Assert.That((await harness.AskAsync("GET", "/v2/keys/_coreos.com/b")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task With_auth_on_guests_rights_decide()
    {
        await using ApiHarness harness = await StartAsync();
        await harness.EnableAuthAsync();
        Assert.That((await AskAsync(harness, "PUT", "/v2/keys/a?value=b", Shown)).Status, Is.EqualTo(201));
        string root = Convert.ToBase64String(Encoding.ASCII.GetBytes("root:pw"));
        RawAnswer answer = await AskAsync(harness, "GET", "/v2/keys/a", $"Authorization: Basic {root}\r\n");
        Assert.That(answer.Status, Is.EqualTo(401), "a user's password opens nothing here");
    }

    [Test]
    public async Task An_address_that_is_taken_or_not_there_is_tried_again()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        Uri url = new($"http://{taken.LocalEndpoint}");
        using RecordedLog log = new();
        ApiOptions options = new()
        {
            ListenContainerUrls = [url, new Uri("http://nosuchdevice0:2379")],
            ContainerToken = Token,
        };
        await using ContainerFront front = ContainerFront.Of(options, new Hello(), TimeProvider.System, log)!;
        await front.LookAsync();
        await front.LookAsync();
        Assert.That(front.BoundUrls, Is.Empty);
        Assert.That(
            log.Lines.Count(static line => line.Contains("yet", StringComparison.Ordinal)), Is.EqualTo(2), "once each");
        taken.Stop();
        await front.LookAsync();
        await front.LookAsync();
        Assert.That(front.BoundUrls, Is.EqualTo(new[] { url }));
        await using RawClient client = await RawClient.OpenAsync(url);
        Assert.That((await client.AskAsync("GET", "/v2/keys/", Shown)).Body, Is.EqualTo("hello"));
    }

    [Test]
    public async Task An_interface_is_as_good_as_its_address()
    {
        await using ApiHarness harness = await StartAsync(false, new Uri("http://lo:0"));
        Assert.That(harness.ContainerUrls[0].Host, Is.EqualTo("127.0.0.1"));
    }

    private static Task<ApiHarness> StartAsync(bool insecure = false, params Uri[] urls) =>
        ApiHarness.StartAsync(new ApiOptions
        {
            PasswordIterations = 1000,
            IsAdminInsecure = insecure,
            ListenContainerUrls = urls.Length == 0 ? [s_any] : urls,
            ContainerToken = Token,
        });

    private static async Task<RawAnswer> AskAsync(ApiHarness harness, string method, string target, string headers)
    {
        await using RawClient client = await RawClient.OpenAsync(harness.ContainerUrls[0]);
        return await client.AskAsync(method, target, headers);
    }

    private sealed class Hello : IHttpApplication<RequestContext>
    {
        public RequestContext CreateContext(IFeatureCollection contextFeatures) => RequestContext.Of(contextFeatures);

        public void DisposeContext(RequestContext context, Exception? exception) => context.End();

        public Task ProcessRequestAsync(RequestContext context) => context.Plain(200, "hello"u8.ToArray());
    }
}
