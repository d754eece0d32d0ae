using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Web;
using CoreNode.Tests.Pki;
using CoreNode.Tests.Updates.Client;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>URLs that somebody named, and servers that are broken or hostile.</summary>
[TestFixture, Category("Unit")]
internal sealed class UrlSourceTests
{
    private readonly HandTime _time = new();

    [Test]
    public async Task What_a_url_gives_is_taken_as_it_is()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, "#cloud-config\r\n\u001f"));
        UserData data = (await Source(server.At("/c?token=hunter2")).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\r\n\u001f"));
        Assert.That(data.Source, Is.EqualTo($"URL http://127.0.0.1:{server.Port}/c?…"));
        RawRequest request = server.Requests.Single();
        Assert.That(request.Line, Is.EqualTo("GET /c?token=hunter2 HTTP/1.1"));
        Assert.That(request.Header("User-Agent"), Is.EqualTo("CoreNode"));
        Assert.That(request.Header("Accept"), Is.Empty);
    }

    [Test]
    public async Task Ignition_is_asked_for_by_its_type()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, "{}"));
        await new UrlSource(server.At("/"), UrlSource.IgnitionAccept, Options()).FetchAsync(default);
        Assert.That(server.Requests.Single().Header("Accept"), Does.StartWith("application/vnd.coreos.ignition+json"));
    }

    [Test]
    public async Task An_empty_answer_is_nothing()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, ""));
        Assert.That(await Source(server.At("/")).FetchAsync(default), Is.Null);
    }

    [TestCase(404, true)]
    [TestCase(410, true)]
    [TestCase(403, true)]
    [TestCase(401, true)]
    [TestCase(408, false)]
    [TestCase(429, false)]
    [TestCase(500, false)]
    [TestCase(503, false)]
    public async Task A_refusal_is_a_failure_and_only_some_are_asked_again(int status, bool isFinal)
    {
        await using RawServer server = new(_ => RawServer.Answer(status, "secret page"));
        SourceException failed = await FailureAsync(server.At("/c"));
        Assert.That(failed.IsFinal, Is.EqualTo(isFinal));
        Assert.That(failed.Message, Does.Contain($"/c answers {status}").And.Not.Contain("secret"));
    }

    [Test]
    public async Task User_and_password_go_to_their_own_server_only_and_are_never_shown()
    {
        await using RawServer other = new(_ => RawServer.Answer(200, "x"));
        await using RawServer server = new(
            request => request.Line.Contains("/a ", StringComparison.Ordinal)
                ? RawServer.Answer(302, "", "Location: /b\r\n")
                : RawServer.Answer(302, "", $"Location: {other.At("/c")}\r\n"));
        UrlSource source = Source(new Uri($"http://ann:hunt%3Aer2@127.0.0.1:{server.Port}/a"));
        Assert.That(await source.FetchAsync(default), Is.Not.Null);
        string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:hunt:er2"));
        Assert.That(server.Requests.Select(one => one.Header("Authorization")), Is.All.EqualTo(basic));
        Assert.That(other.Requests.Single().Header("Authorization"), Is.Empty);
        Assert.That(source.Name, Is.EqualTo($"URL http://127.0.0.1:{server.Port}/a"));
    }

    [TestCase("https://u:p@h.example:8443/a/b?x=y#z", "https://h.example:8443/a/b?…")]
    [TestCase("http://h.example", "http://h.example/")]
    [TestCase("data:text/plain,secret", "data:…")]
    public void Shown_urls_have_no_secrets(string url, string shown) =>
        Assert.That(UrlText.Of(new Uri(url)), Is.EqualTo(shown));

    [Test]
    public async Task Redirects_have_an_end()
    {
        await using RawServer server = new(_ => RawServer.Answer(302, "", "Location: /again\r\n"));
        SourceException failed = await FailureAsync(server.At("/"));
        Assert.That(failed.IsFinal, Is.True);
        Assert.That(failed.Message, Does.Contain("more than 10 times"));
        Assert.That(server.Requests.Count, Is.EqualTo(11));
    }

    [TestCase("file:///etc/shadow")]
    [TestCase("ftp://h.example/")]
    [TestCase("//")]
    public async Task Redirects_to_elsewhere_than_the_web_are_not_followed(string location)
    {
        await using RawServer server = new(_ => RawServer.Answer(302, "", $"Location: {location}\r\n"));
        Assert.That((await FailureAsync(server.At("/"))).Message, Does.Contain("no http(s) URL"));
    }

    [Test]
    public async Task Nothing_leads_from_https_to_plain_http()
    {
        await using RawServer plain = new(_ => RawServer.Answer(200, "x"));
        using X509Certificate2 certificate = Certificate();
        await using RawServer server = new(
            _ => RawServer.Answer(302, "", $"Location: {plain.At("/secret")}\r\n"), certificate);
        UrlSource source = new(server.At("/"), "", Options() with { Tls = TrustAll });
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.True);
        Assert.That(failed.Message, Does.Contain("from https to plain http").And.Not.Contain("secret"));
        Assert.That(plain.Requests, Is.Empty);
    }

    [Test]
    public async Task Who_shows_a_certificate_of_an_unknown_authority_is_asked_nothing()
    {
        using X509Certificate2 certificate = Certificate();
        await using RawServer server = new(_ => RawServer.Answer(200, "x"), certificate);
        SourceException failed = await FailureAsync(server.At("/?token=hunter2"));
        Assert.That(failed.IsFinal, Is.False);
        Assert.That(failed.Message, Does.Contain("TLS: ").And.Not.Contain("hunter2"));
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task A_body_without_end_is_cut_off()
    {
        await using RawServer server = new(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            byte[] more = new byte[65536];
            while (true)
                await stream.WriteAsync(more, stop);
        });
        SourceException failed = await FailureAsync(server.At("/"));
        Assert.That(failed.IsFinal, Is.True);
        Assert.That(failed.Message, Does.Contain("more than 4194304 bytes"));
    }

    [Test]
    public async Task A_body_that_says_it_is_too_long_is_not_read()
    {
        await using RawServer server = new((_, stream, stop) => stream.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n"u8.ToArray(), stop).AsTask());
        Assert.That((await FailureAsync(server.At("/"))).Message, Does.Contain("more than 4194304 bytes"));
    }

    [Test]
    public async Task A_body_of_the_longest_length_is_taken()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, new string('x', 4 << 20)));
        Assert.That((await Source(server.At("/")).FetchAsync(default))!.Content.Length, Is.EqualTo(4 << 20));
    }

    [Test]
    public async Task A_body_that_breaks_off_is_asked_for_again()
    {
        await using RawServer server = new((_, stream, stop) => stream.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n#cloud"u8.ToArray(), stop).AsTask());
        Assert.That((await FailureAsync(server.At("/"))).IsFinal, Is.False);
    }

    [Test]
    public async Task Headers_without_end_are_cut_off()
    {
        await using RawServer server = new(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), stop);
            byte[] more = Encoding.ASCII.GetBytes($"X-More: {new string('x', 1000)}\r\n");
            while (true)
                await stream.WriteAsync(more, stop);
        });
        Assert.That((await FailureAsync(server.At("/"))).IsFinal, Is.False);
    }

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n#")]
    [TestCase("HTTP/1.1 200 OK\r\nX: ")]
    [TestCase("HTTP/1.1 100 Continue\r\n\r\n")]
    [TestCase("")]
    public async Task A_server_that_never_comes_to_its_end_is_waited_for_a_minute(string begin)
    {
        TaskCompletionSource isThere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RawServer server = new(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(begin), stop);
            isThere.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        });
        Task<SourceException> failure = FailureAsync(server.At("/"));
        await isThere.Task;
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(failure.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(1));
        SourceException failed = await failure;
        Assert.That(failed.IsFinal, Is.False);
        Assert.That(failed.Message, Does.Contain("no whole answer within 60 s"));
    }

    [Test]
    public async Task Cancelled_it_ends_at_once()
    {
        TaskCompletionSource isThere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RawServer server = new(async (_, _, stop) =>
        {
            isThere.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        });
        using CancellationTokenSource cancel = new();
        Task<UserData?> asked = Source(server.At("/")).FetchAsync(cancel.Token);
        await isThere.Task;
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => asked, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task What_is_no_http_is_a_failure()
    {
        await using RawServer server = new(_ => "SSH-2.0-OpenSSH_9.2p1\r\n");
        Assert.That((await FailureAsync(server.At("/"))).IsFinal, Is.False);
    }

    [TestCase("http://169.254.169.254/x", true)]
    [TestCase("http://[fe80::1]/x", true)]
    [TestCase("http://[fd00:ec2::254]/x", true)]
    [TestCase("http://127.0.0.1/x", true)]
    [TestCase("http://metadata.google.internal/x", true)]
    [TestCase("http://10.0.0.1/x", false)]
    [TestCase("http://169.255.0.1/x", false)]
    [TestCase("http://example.com/x", false)]
    [TestCase("http://[2001:db8::1]/x", false)]
    public void What_is_on_the_own_link_needs_no_proxy(string url, bool isNear) =>
        Assert.That(WebFetcher.IsNear(new Uri(url)), Is.EqualTo(isNear));

    [Test]
    public async Task What_is_further_away_is_asked_of_the_proxy()
    {
        await using RawServer proxy = new(_ => RawServer.Answer(200, "by proxy"));
        SourceOptions options = Options() with { Proxies = new WebProxy(proxy.At("")) };
        UserData data = (await new UrlSource(new Uri("http://config.example/c"), "", options).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("by proxy"));
        Assert.That(proxy.Requests.Single().Line, Is.EqualTo("GET http://config.example/c HTTP/1.1"));
        await using RawServer server = new(_ => RawServer.Answer(200, "direct"));
        data = (await new UrlSource(server.At("/c"), "", options).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("direct"));
        Assert.That(proxy.Requests.Count, Is.EqualTo(1));
    }

    private static X509Certificate2 Certificate()
    {
        using TestAuthority authority = new();
        using X509Certificate2 made = authority.Issue("server", ["127.0.0.1"]);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static SslClientAuthenticationOptions TrustAll() =>
        new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true };

    private SourceOptions Options() => new() { Time = _time };

    private UrlSource Source(Uri url) => new(url, "", Options());

    private async Task<SourceException> FailureAsync(Uri url) =>
        (await Assert.ThrowsAsync<SourceException>(() => Source(url).FetchAsync(default)))!;
}
