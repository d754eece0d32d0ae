using System.Security.Cryptography.X509Certificates;
using CoreNode.Api;
using CoreNode.Tests.Pki;

namespace CoreNode.Tests.Api.Relay;

/// <summary>Members whose client URLs are https, asked by a worker with its own certificate.</summary>
[TestFixture, Category("Unit")]
internal sealed class RelayTlsTests
{
    private TestAuthority _authority = null!;

    [SetUp]
    public void Make_an_authority() => _authority = new TestAuthority();

    [TearDown]
    public void Forget_it() => _authority.Dispose();

    [TestCase(1)]
    [TestCase(5000)]
    [TestCase(16_384)]
    [TestCase(100_000)]
    [TestCase(2_000_000)]
    public async Task Requests_of_all_sizes_pass_to_a_member_that_asks_for_certificates(int length)
    {
        await using ApiHarness member = await StartMemberAsync("127.0.0.1");
        await using RelayHarness worker = await RelayHarness.StartAsync(Certificates("worker"), Url(member));
        await using RawClient client = await worker.OpenAsync();
        string value = new('v', length);
        for (int i = 0; i < 3; i++)
        {
            Assert.That((await client.PutAsync("/k", "value=" + value)).Status, Is.EqualTo(i == 0 ? 201 : 200));
            Assert.That((await client.AskAsync("GET", "/v2/keys/k")).Body, Does.Contain($"\"value\":\"{value}\""));
        }
    }

    [Test]
    public async Task A_stream_of_events_passes_from_a_member_that_asks_for_certificates()
    {
        await using ApiHarness member = await StartMemberAsync("127.0.0.1");
        await using RelayHarness worker = await RelayHarness.StartAsync(Certificates("worker"), Url(member));
        await using RawClient client = await worker.OpenAsync();
        await client.SendAsync("GET /v2/keys/w?wait=true&stream=true HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.That((await client.ReadHeadAsync()).Status, Is.EqualTo(200));
        await worker.AskAsync("PUT", "/v2/keys/w?value=1");
        Assert.That(await client.ReadChunkAsync(), Does.Contain("\"key\":\"/w\""));
    }

    [Test]
    public async Task A_member_that_proves_to_be_somebody_else_is_not_asked_and_said_why()
    {
        await using ApiHarness member = await StartMemberAsync("10.0.0.7");
        await using RelayHarness worker = await RelayHarness.StartAsync(Certificates("worker"), Url(member));
        RawAnswer answer = await worker.AskAsync("PUT", "/v2/keys/a?value=1");
        Assert.That(answer.Status, Is.EqualTo(503));
        Assert.That(answer.Body, Does.Contain("127.0.0.1").And.Contain("10.0.0.7").And.Contain("nothing was changed"));
    }

    [Test]
    public async Task A_member_of_another_authority_is_not_asked()
    {
        using TestAuthority other = new("other CA");
        await using ApiHarness member = await StartMemberAsync("127.0.0.1");
        await using RelayHarness worker = await RelayHarness.StartAsync(
            new FixedCertificates(other.Trusting(other.Issue("worker", []))), Url(member));
        RawAnswer answer = await worker.AskAsync("GET", "/v2/keys/a");
        Assert.That(answer.Status, Is.EqualTo(503));
        Assert.That(answer.Body, Does.Contain("--trusted-ca-file"));
    }

    [Test]
    public async Task A_renewed_certificate_serves_the_next_connection_and_drops_none()
    {
        await using ApiHarness member = await StartMemberAsync("127.0.0.1");
        FixedCertificates certificates = Certificates("worker");
        await using RelayHarness worker = await RelayHarness.StartAsync(certificates, Url(member));
        await using RawClient watcher = await worker.OpenAsync();
        await watcher.SendAsync("GET /v2/keys/w?wait=true HTTP/1.1\r\nHost: x\r\n\r\n");
        await watcher.ReadHeadAsync();
        using X509Certificate2 renewed = _authority.Issue("worker", []);
        certificates.Current = _authority.Trusting(renewed);
        Assert.That((await worker.AskAsync("PUT", "/v2/keys/w?value=1")).Status, Is.EqualTo(201));
        Assert.That(await watcher.ReadChunkAsync(), Does.Contain("\"key\":\"/w\""));
    }

    private static string Url(ApiHarness member) => member.Url.GetLeftPart(UriPartial.Authority);

    private Task<ApiHarness> StartMemberAsync(string name) =>
        ApiHarness.StartAsync(new ApiOptions { Certificates = Certificates("member", name) });

    private FixedCertificates Certificates(string name, params string[] names) =>
        new(_authority.Trusting(_authority.Issue(name, names)));
}
