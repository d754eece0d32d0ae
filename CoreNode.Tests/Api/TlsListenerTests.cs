using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Api;
using CoreNode.Pki;
using CoreNode.Tests.Benchmarks;
using CoreNode.Tests.Pki;

namespace CoreNode.Tests.Api;

/// <summary>https listeners: the same surface, encrypted; and what those hear who do not get in.</summary>
#pragma warning disable CA1001 // TearDown disposes it
[TestFixture, Category("Conformance")]
internal sealed class TlsListenerTests
{
    private const string Loopback = "127.0.0.1";
    private readonly List<IAsyncDisposable> _open = [];
    private TestAuthority _authority = null!;
    private FixedCertificates _certificates = null!;

    [SetUp]
    public void SetUp()
    {
        _authority = new TestAuthority();
        _certificates = new FixedCertificates(Issued("node", asks: false));
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        foreach (IAsyncDisposable one in Enumerable.Reverse(_open))
            await one.DisposeAsync();
        _open.Clear();
        _authority.Dispose();
    }

    [Test]
    public async Task Requests_of_all_sizes_are_answered_on_one_connection()
    {
        ApiHarness api = await StartAsync();
        Assert.That(api.Url.Scheme, Is.EqualTo("https"));
        RawClient client = await OpenAsync(api);
        foreach (int length in new[] { 1, 100, 5000, 16_384, 100_000, 3_000_000 })
        {
            string value = new((char)('a' + (length % 20)), length);
            RawAnswer put = await client.PutAsync("/k", "value=" + value);
            Assert.That(put.Status, Is.EqualTo(200).Or.EqualTo(201));
            RawAnswer got = await client.AskAsync("GET", "/v2/keys/k");
            Assert.That(
                got.Body, Does.StartWith($"{{\"action\":\"get\",\"node\":{{\"key\":\"/k\",\"value\":\"{value}\""));
        }
    }

    [Test]
    public async Task Requests_that_come_together_are_answered_in_their_order()
    {
        ApiHarness api = await StartAsync();
        RawClient client = await OpenAsync(api);
        string requests = string.Concat(Enumerable.Range(0, 400)
            .Select(i => $"GET /v2/keys/missing{i} HTTP/1.1\r\nHost: test\r\n\r\n"));
        await client.SendAsync(requests);
        for (int i = 0; i < 400; i++)
            Assert.That((await client.ReadAsync()).Body, Does.Contain($"\"cause\":\"/missing{i}\""));
    }

    [Test]
    public async Task Bytes_that_come_one_by_one_are_put_together()
    {
        ApiHarness api = await StartAsync();
        RawClient client = await RawClient.OpenTlsAsync(api.Url, wrap: static inner => new DribblingStream(inner));
        _open.Add(client);
        Assert.That((await client.PutAsync("/k", "value=1")).Status, Is.EqualTo(201));
        Assert.That((await client.AskAsync("GET", "/v2/keys/k")).Body, Does.Contain("\"value\":\"1\""));
    }

    [Test]
    public async Task A_watch_streams_and_ends_with_its_client()
    {
        ApiHarness api = await StartAsync();
        RawClient writer = await OpenAsync(api);
        RawClient watcher = await OpenAsync(api);
        await watcher.SendAsync("GET /v2/keys/?wait=true&stream=true&recursive=true HTTP/1.1\r\nHost: test\r\n\r\n");
        await watcher.ReadHeadAsync();
        for (int i = 0; i < 200; i++)
        {
            await writer.PutAsync($"/k{i}", "value=1");
            Assert.That(await watcher.ReadChunkAsync(), Does.Contain($"\"key\":\"/k{i}\""));
        }

        Assert.That(Metrics(api), Does.Contain("etcd_debugging_store_watchers 1"));
        await watcher.DisposeAsync();
        await Peers.PeerMember.EventuallyAsync(
            () => Metrics(api).Contains("etcd_debugging_store_watchers 0", StringComparison.Ordinal),
            "no watch is left");
    }

    [Test]
    public async Task New_keys_that_a_client_asks_for_change_nothing()
    {
        ApiHarness api = await StartAsync();
        using LoadConnection client = new(api.Url);
        byte[] request = Encoding.ASCII.GetBytes("GET /version HTTP/1.1\r\nHost: test\r\n\r\n");
        for (int i = 0; i < 200; i++)
        {
            client.AskForNewKeys();
            client.Send(request);
            while (!client.Receive())
            {
            }

            Assert.That(client.Status, Is.EqualTo(200));
        }
    }

    [TestCase(23)]
    [TestCase(22)]
    [TestCase(99)]
    public async Task A_forged_record_ends_the_connection(byte kind)
    {
        ApiHarness api = await StartAsync();
        RawClient client = await OpenAsync(api);
        Assert.That((await client.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        byte[] forged = new byte[45];
        (forged[0], forged[1], forged[2], forged[4]) = (kind, 3, 3, 40);
        await client.SendBelowAsync(forged);
        Assert.That(await client.IsEndedAsync());
    }

    [Test]
    public async Task A_plain_request_is_told_so_in_a_line()
    {
        ApiHarness api = await StartAsync();
        await using RawClient client = await RawClient.OpenAsync(api.Url);
        await client.SendAsync("GET /version HTTP/1.1\r\nHost: test\r\n\r\n");
        string answer = Encoding.ASCII.GetString(await client.TakeToEndAsync());
        Assert.That(answer, Is.EqualTo(
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"));
        Assert.That(Lines(api), Has.One.Contains("127.0.0.1").And.Contains("(no_tls)").And.Contains("https"));
    }

    [Test]
    public async Task What_is_neither_is_closed_without_a_word()
    {
        ApiHarness api = await StartAsync();
        await using RawClient client = await RawClient.OpenAsync(api.Url);
        await client.SendAsync("\0\0nonsense");
        Assert.That(await client.IsEndedAsync());
    }

    [Test]
    public async Task Only_certificates_of_the_authorities_get_in()
    {
        using TestAuthority other = new("other CA");
        _certificates.Current = Issued("node", asks: true);
        ApiHarness api = await StartAsync();
        RawClient good = await RawClient.OpenTlsAsync(api.Url, Showing(_authority.Issue("alice", [])));
        _open.Add(good);
        Assert.That((await good.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        await RefusedAsync(api, null, "it shows no certificate");
        await RefusedAsync(api, other.Issue("mallory", []), "CN=mallory", "CN=other CA", "--trusted-ca-file");
        Assert.That(
            Lines(api).Count(l => l.Contains("(certificate)", StringComparison.Ordinal)), Is.EqualTo(1),
            "one line for an address");
    }

    [Test]
    public async Task An_expired_client_certificate_is_refused()
    {
        _certificates.Current = Issued("node", asks: true);
        ApiHarness api = await StartAsync();
        X509Certificate2 old = _authority.Issue("alice", [], TimeSpan.FromDays(-5), TimeSpan.FromDays(-1));
        await RefusedAsync(api, old, "CN=alice", "expired on");
    }

    [Test]
    public async Task A_silent_handshake_is_closed_in_time_and_too_many_at_once()
    {
        ApiHarness api = await StartAsync(new ApiOptions
        {
            TlsHandshakeTimeout = TimeSpan.FromMilliseconds(300),
            MaxTlsHandshakes = 4,
        });
        await using RawClient first = await RawClient.OpenAsync(api.Url);
        await first.SendAsync([22, 3, 1, 2, 0, 1]);
        await using RawClient second = await RawClient.OpenAsync(api.Url);
        await using RawClient third = await RawClient.OpenAsync(api.Url);
        Assert.That(await first.IsEndedAsync() && await second.IsEndedAsync() && await third.IsEndedAsync());
        Assert.That(Lines(api), Has.One.Contains("(silent)").And.Contains("0.3 s"));
        Assert.That(Lines(api), Has.One.Contains("(too_many)"));
        RawClient client = await OpenAsync(api);
        Assert.That((await client.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Http_1_1_is_chosen_and_http_2_alone_is_refused()
    {
        ApiHarness api = await StartAsync();
        RawClient client = await RawClient.OpenTlsAsync(api.Url, new SslClientAuthenticationOptions
        {
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        });
        _open.Add(client);
        Assert.That(client.Tls!.NegotiatedApplicationProtocol, Is.EqualTo(SslApplicationProtocol.Http11));
        Assert.That(client.Tls.SslProtocol, Is.EqualTo(SslProtocols.Tls13));
        await Assert.CatchAsync(() => RawClient.OpenTlsAsync(
            api.Url, new SslClientAuthenticationOptions { ApplicationProtocols = [SslApplicationProtocol.Http2] }));
    }

    [Test]
    public async Task Tls_1_2_is_spoken()
    {
        ApiHarness api = await StartAsync();
        RawClient client = await RawClient.OpenTlsAsync(
            api.Url, new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 });
        _open.Add(client);
        Assert.That((await client.PutAsync("/k", "value=1")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task New_certificates_are_shown_to_new_connections_and_present_ones_go_on()
    {
        ApiHarness api = await StartAsync();
        RawClient old = await OpenAsync(api);
        _certificates.Current = Issued("renewed", asks: false);
        RawClient fresh = await OpenAsync(api);
        Assert.That(old.Tls!.RemoteCertificate!.Subject, Is.EqualTo("CN=node"));
        Assert.That(fresh.Tls!.RemoteCertificate!.Subject, Is.EqualTo("CN=renewed"));
        Assert.That((await old.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        Assert.That((await fresh.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task An_rsa_key_serves_as_well()
    {
        using System.Security.Cryptography.RSA key = System.Security.Cryptography.RSA.Create(2048);
        CertificateRequest request = new(
            "CN=rsa", key, System.Security.Cryptography.HashAlgorithmName.SHA256,
            System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _certificates.Current = new TlsCertificates(SslStreamCertificateContext.Create(own, null, true), null, false);
        RawClient client = await OpenAsync(await StartAsync());
        Assert.That((await client.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        Assert.That(client.Tls!.RemoteCertificate!.Subject, Is.EqualTo("CN=rsa"));
    }

    private static SslClientAuthenticationOptions Showing(X509Certificate2 certificate) =>
        new() { ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) };

    private static string[] Lines(ApiHarness api) =>
        [.. api.Log.Lines.Where(l => l.Contains("TLS connection of client", StringComparison.Ordinal))];

    private static async Task RefusedAsync(ApiHarness api, X509Certificate2? shown, params string[] words)
    {
        long before = Refused(api);
        try
        {
            await using RawClient client = await RawClient.OpenTlsAsync(
                api.Url, shown is null ? null : Showing(shown));
            Assert.That(await client.IsEndedAsync());
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            // Told by an alert.
        }

        await Peers.PeerMember.EventuallyAsync(() => Refused(api) == before + 1, "one more was refused");
        if (before > 0)
            return;
        Assert.That(Lines(api).Single(), Does.Contain(words[0]));
        foreach (string word in words)
            Assert.That(Lines(api).Single(), Does.Contain(word));
    }

    private static string Metrics(ApiHarness api)
    {
        ArrayBufferWriter<byte> text = new();
        api.Metrics.WriteTo(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static long Refused(ApiHarness api)
    {
        const string Name = "corenode_tls_refused_total{reason=\"certificate\"} ";
        string line = Metrics(api).Split('\n').First(l => l.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line[Name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private TlsCertificates Issued(string name, bool asks) =>
        _authority.Trusting(_authority.Issue(name, [Loopback]), asks);

    private async Task<ApiHarness> StartAsync(ApiOptions? options = null)
    {
        options ??= new ApiOptions();
        ApiHarness api = await ApiHarness.StartAsync(options with { Certificates = _certificates });
        _open.Add(api);
        return api;
    }

    private async Task<RawClient> OpenAsync(ApiHarness api)
    {
        RawClient client = await RawClient.OpenTlsAsync(api.Url);
        _open.Add(client);
        return client;
    }
}
