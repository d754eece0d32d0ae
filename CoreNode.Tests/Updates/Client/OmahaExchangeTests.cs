using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Hosting;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Pki;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Omaha;

namespace CoreNode.Tests.Updates.Client;

/// <summary>Exchanges with servers that behave and servers that do not, on loopback.</summary>
[TestFixture, Category("Unit")]
internal sealed class OmahaExchangeTests
{
    private const string None = "<response protocol=\"3.0\"><app appid=\"a\" status=\"ok\">"
        + "<updatecheck status=\"noupdate\"/></app></response>";

    private static readonly OmahaRequest s_check = new()
    {
        InstallSource = OmahaRequest.Scheduled,
        Apps = [new OmahaApp { Id = "a", UpdateCheck = new OmahaUpdateCheck() }],
    };

    private static readonly TransferLimits s_limits = new() { NoNetworkPause = TimeSpan.FromMilliseconds(1) };

    private static readonly TransferOptions s_options = new()
    {
        Client = "corenode-1.2.3",
        Trust = new UpdateTrust(null, "the CA file"),
        Limits = s_limits,
    };

    private TestFolder _folder = null!;
    private TestAuthority _authority = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        _authority = new TestAuthority();
    }

    [TearDown]
    public void TearDown()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private static Task<ExchangeOutcome> AskAsync(Uri server, TransferOptions? options = null) =>
        new OmahaExchange(options ?? s_options, TimeProvider.System).AskAsync(server, s_check, CancellationToken.None);

    private static async Task<ExchangeOutcome.Failed> FailAsync(Uri server, TransferOptions? options = null)
    {
        ExchangeOutcome outcome = await AskAsync(server, options);
        Assert.That(outcome, Is.InstanceOf<ExchangeOutcome.Failed>());
        var failed = (ExchangeOutcome.Failed)outcome;
        Assert.That(failed.Fault.Message, Does.Not.Contain('\n'));
        return failed;
    }

    private static async Task<UpdateReply> ReplyAsync(Uri server, TransferOptions? options = null)
    {
        ExchangeOutcome outcome = await AskAsync(server, options);
        Assert.That(outcome, Is.InstanceOf<ExchangeOutcome.Answered>(), outcome.ToString());
        return ((ExchangeOutcome.Answered)outcome).Reply;
    }

    [Test]
    public async Task A_check_is_posted_and_its_answer_read()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, None));
        TransferOptions options = s_options with { User = "u", Password = "p:ä" };
        Assert.That(await ReplyAsync(server.At("/v1/update/"), options), Is.InstanceOf<UpdateReply.UpToDate>());
        RawRequest request = server.Requests.Single();
        Assert.Multiple(() =>
        {
            Assert.That(request.Line, Is.EqualTo("POST /v1/update/ HTTP/1.1"));
            Assert.That(request.Header("Content-Type"), Is.EqualTo("text/xml"));
            Assert.That(request.Header("User-Agent"), Is.EqualTo("corenode-1.2.3"));
            Assert.That(
                Encoding.UTF8.GetString(Convert.FromBase64String(request.Header("Authorization")["Basic ".Length..])),
                Is.EqualTo("u:p:ä"));
            Assert.That(request.Body, Is.EqualTo(Encoding.UTF8.GetString(OmahaRequestCodec.Write(s_check))));
        });
    }

    [TestCase(301)]
    [TestCase(302)]
    [TestCase(307)]
    [TestCase(308)]
    public async Task A_redirect_is_followed_with_the_body_and_without_the_password(int status)
    {
        await using RawServer other = new(_ => RawServer.Answer(200, None));
        string there = other.At("/o/").AbsoluteUri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using RawServer server = new(request => request.Line.StartsWith("POST /a ", StringComparison.Ordinal)
            ? RawServer.Answer(status, "moved", "Location: /b\r\n")
            : RawServer.Answer(status, "moved", $"Location: {there}\r\n"));
        TransferOptions options = s_options with { User = "u", Password = "p" };
        Assert.That(await ReplyAsync(server.At("/a"), options), Is.InstanceOf<UpdateReply.UpToDate>());
        RawRequest last = other.Requests.Single();
        Assert.Multiple(() =>
        {
            Assert.That(server.Requests.Select(r => r.Header("Authorization").Length > 0), Has.All.True);
            Assert.That(server.Requests, Has.Count.EqualTo(2));
            Assert.That(last.Header("Authorization"), Is.Empty);
            Assert.That(last.Line, Is.EqualTo("POST /o/ HTTP/1.1"));
            Assert.That(last.Body, Does.Contain("<updatecheck/>"));
        });
    }

    [TestCase("303", "Location: /login\r\n", 2303, "redirects to a page")]
    [TestCase("302", "", 2302, "redirects to nowhere")]
    [TestCase("304", "Location: /b\r\n", 2304, "redirects to nowhere")]
    [TestCase("302", "Location: ftp://a.example/\r\n", 2302, "to what is no http(s) URL")]
    [TestCase("302", "Location: /again\r\n", 2302, "redirects more than 10 times")]
    public async Task Other_redirects_are_not_followed(string status, string header, int code, string message)
    {
        await using RawServer server = new(
            _ => RawServer.Answer(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), "", header));
        ExchangeOutcome.Failed failed = await FailAsync(server.At("/a"));
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo(((uint)code, TransferFaultKind.Redirect)));
        Assert.That(failed.Fault.Message, Does.Contain(message));
        Assert.That(server.Requests, Has.Count.LessThanOrEqualTo(11));
    }

    [Test]
    public async Task Nothing_leads_from_https_to_plain_http()
    {
        await using RawServer plain = new(_ => RawServer.Answer(200, None));
        using X509Certificate2 certificate = Certificate("127.0.0.1");
        await using RawServer server = new(
            _ => RawServer.Answer(302, "", $"Location: {plain.At("/secret").AbsoluteUri}\r\n"), certificate);
        ExchangeOutcome.Failed failed = await FailAsync(server.At("/a"), Pinned());
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((2302u, TransferFaultKind.Redirect)));
        Assert.That(
            failed.Fault.Message, Does.Contain("from https to plain http").And.Not.Contain("secret"));
        Assert.That(plain.Requests, Is.Empty);
    }

    [Test]
    public async Task A_server_is_trusted_by_the_CA_that_was_named()
    {
        using X509Certificate2 certificate = Certificate("127.0.0.1");
        await using RawServer server = new(_ => RawServer.Answer(200, None), certificate);
        Assert.That(await ReplyAsync(server.At("/"), Pinned()), Is.InstanceOf<UpdateReply.UpToDate>());
        ExchangeOutcome.Failed failed = await FailAsync(server.At("/"));
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((2000u, TransferFaultKind.Tls)));
        Assert.That(failed.Fault.Message, Does.Contain("is not among this system's CAs (name its CA with the CA"));
    }

    [Test]
    public async Task A_certificate_for_another_name_is_refused()
    {
        using X509Certificate2 certificate = Certificate("updates.example.com");
        await using RawServer server = new(_ => RawServer.Answer(200, None), certificate);
        ExchangeOutcome.Failed failed = await FailAsync(server.At("/"), Pinned());
        Assert.That(failed.Transfer, Is.EqualTo(TransferFaultKind.Tls));
        Assert.That(failed.Fault.Message, Does.Contain("is not for 127.0.0.1: it is for updates.example.com"));
    }

    [Test]
    public async Task A_CA_file_that_cannot_be_read_is_told()
    {
        TransferOptions options = s_options with { Trust = new UpdateTrust(_folder.File("none.crt"), "the CA file") };
        ExchangeOutcome.Failed failed = await FailAsync(new Uri("https://127.0.0.1:1/"), options);
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((2000u, TransferFaultKind.Tls)));
        Assert.That(failed.Fault.Message, Does.Contain("none.crt does not exist"));
    }

    [TestCase(500, true, "it has a fault of its own")]
    [TestCase(503, true, "it is busy")]
    [TestCase(502, false, "it has a fault of its own")]
    [TestCase(401, false, "DOWNLOAD_USER=")]
    [TestCase(404, false, "SERVER= is not the path of an Omaha server")]
    public async Task A_status_is_a_code_and_says_what_to_do(int status, bool isBusy, string message)
    {
        await using RawServer server = new(_ => RawServer.Answer(status, "<html>", "Retry-After: 120\r\n"));
        ExchangeOutcome.Failed failed = await FailAsync(server.At("/secret/v1/update/"));
        Assert.Multiple(() =>
        {
            Assert.That(failed.Fault.Code, Is.EqualTo(2000u + (uint)status));
            Assert.That(failed.IsServerBusy, Is.EqualTo(isBusy));
            Assert.That(failed.RetryAfter, Is.EqualTo(TimeSpan.FromMinutes(2)));
            Assert.That(failed.Fault.Message, Does.Contain(message).And.Not.Contain("secret"));
        });
    }

    [Test]
    public async Task What_is_no_answer_of_Omaha_is_told_apart()
    {
        await using RawServer html = new(
            _ => RawServer.Answer(200, "<!DOCTYPE html><p>Sign in", "Content-Type: text/html\r\n"));
        ExchangeOutcome.Failed failed = await FailAsync(html.At("/"));
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((31u, (TransferFaultKind?)null)));
        await using RawServer empty = new(_ => RawServer.Answer(200, ""));
        Assert.That((await FailAsync(empty.At("/"))).Fault.Code, Is.EqualTo(30));
        await using RawServer huge = new(_ => RawServer.Answer(200, new string(' ', (1 << 20) + 1)));
        failed = await FailAsync(huge.At("/"));
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((34u, TransferFaultKind.Size)));
    }

    [Test]
    public async Task An_answer_that_is_shorter_than_it_says_is_no_answer()
    {
        await using RawServer server = new(_ => $"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{None}");
        ExchangeOutcome.Failed failed = await FailAsync(server.At("/"));
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((2000u, TransferFaultKind.Broken)));
    }

    [Test]
    public async Task What_speaks_no_HTTP_is_told()
    {
        await using RawServer server = new(_ => "SSH-2.0-OpenSSH_9.2\r\n");
        Assert.That((await FailAsync(server.At("/"))).Transfer, Is.EqualTo(TransferFaultKind.Broken));
    }

    [Test]
    public async Task A_server_that_stalls_is_given_up()
    {
        TransferLimits quick = s_limits with
        {
            Connect = TimeSpan.FromMilliseconds(300),
            SlowWindow = TimeSpan.FromMilliseconds(300),
        };
        TransferOptions options = s_options with { Limits = quick };
        await using RawServer silent = new((_, _, stop) => Task.Delay(Timeout.Infinite, stop));
        ExchangeOutcome.Failed failed = await FailAsync(silent.At("/"), options);
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((2000u, TransferFaultKind.Stalled)));
        Assert.That(failed.Fault.Message, Does.Contain("no answer within 0.6 s"));

        await using RawServer stopping = new(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<resp"u8.ToArray(), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        failed = await FailAsync(stopping.At("/"), options);
        Assert.That(failed.Transfer, Is.EqualTo(TransferFaultKind.Stalled));
        Assert.That(failed.Fault.Message, Does.Contain("nothing came for 0.3 s"));
    }

    [Test]
    public async Task A_server_that_drips_is_given_up()
    {
        static async Task DripAsync(RawRequest request, Stream stream, CancellationToken stop)
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"u8.ToArray(), stop);
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
            while (await timer.WaitForNextTickAsync(stop))
                await stream.WriteAsync(" "u8.ToArray(), stop);
        }

        await using RawServer server = new(DripAsync);
        TransferLimits slow = s_limits with { SlowWindow = TimeSpan.FromSeconds(1), SlowBytesPerSecond = 10_000 };
        ExchangeOutcome.Failed failed = await FailAsync(server.At("/"), s_options with { Limits = slow });
        Assert.That(failed.Transfer, Is.EqualTo(TransferFaultKind.Stalled));
        Assert.That(failed.Fault.Message, Does.Match("only [0-9]+ bytes came in "));

        TransferLimits whole = s_limits with { Exchange = TimeSpan.FromMilliseconds(500) };
        failed = await FailAsync(server.At("/"), s_options with { Limits = whole });
        Assert.That(failed.Transfer, Is.EqualTo(TransferFaultKind.Stalled));
        Assert.That(failed.Fault.Message, Does.Contain("the whole answer was not there within 0.5 s"));
    }

    [Test]
    public async Task Without_a_connection_it_is_tried_again_more_often_by_the_timer_than_by_a_person()
    {
        Uri nobody = new("http://127.0.0.1:1/");
        CountingTime time = new();
        OmahaExchange exchange = new(s_options, time);
        var failed = (ExchangeOutcome.Failed)await exchange.AskAsync(nobody, s_check, CancellationToken.None);
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((2000u, TransferFaultKind.Connect)));
        Assert.That(time.Count(s_limits.NoNetworkPause), Is.EqualTo(3));
        OmahaRequest person = s_check with { InstallSource = OmahaRequest.OnDemand };
        await exchange.AskAsync(nobody, person, CancellationToken.None);
        Assert.That(time.Count(s_limits.NoNetworkPause), Is.EqualTo(4));
    }

    [Test]
    public async Task A_proxy_is_asked_for_what_is_not_excepted()
    {
        await using RawServer proxy = new(request => request.Header("Proxy-Authorization").Length == 0
            ? RawServer.Answer(407, "", "Proxy-Authenticate: Basic realm=\"x\"\r\n")
            : RawServer.Answer(200, None));
        ProxySettings proxies = ProxySettings.Of(name => name switch
        {
            "http_proxy" => $"http://me:p%40ss@127.0.0.1:{proxy.Port}",
            "no_proxy" => "localhost,.internal",
            _ => null,
        });
        TransferOptions options = s_options with { Proxies = proxies };
        Assert.That(
            await ReplyAsync(new Uri("http://updates.example.com/v1/"), options),
            Is.InstanceOf<UpdateReply.UpToDate>());
        Assert.That(proxy.Requests.Last().Line, Is.EqualTo("POST http://updates.example.com/v1/ HTTP/1.1"));
        Assert.That(
            proxy.Requests.Last().Header("Proxy-Authorization"),
            Is.EqualTo("Basic " + Convert.ToBase64String("me:p@ss"u8)));
    }

    [Test]
    public async Task A_proxy_that_refuses_a_tunnel_is_told()
    {
        await using RawServer proxy = new(_ => RawServer.Answer(403, "no"));
        ProxySettings proxies = ProxySettings.Of(
            name => name == "https_proxy" ? $"127.0.0.1:{proxy.Port}" : null);
        ExchangeOutcome.Failed failed = await FailAsync(
            new Uri("https://updates.example.com/"), s_options with { Proxies = proxies });
        Assert.That((failed.Fault.Code, failed.Transfer), Is.EqualTo((2000u, TransferFaultKind.Proxy)));
        Assert.That(proxy.Requests.First().Line, Is.EqualTo("CONNECT updates.example.com:443 HTTP/1.1"));
    }

    [Test]
    public async Task Whoever_cancels_gets_no_outcome()
    {
        await using RawServer silent = new((_, _, stop) => Task.Delay(Timeout.Infinite, stop));
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(100));
        Task<ExchangeOutcome> asking = new OmahaExchange(s_options, TimeProvider.System).AskAsync(
            silent.At("/"), s_check, cancel.Token);
        await Assert.CatchAsync<OperationCanceledException>(() => asking);
    }

    private X509Certificate2 Certificate(string name)
    {
        using X509Certificate2 made = _authority.Issue("server", [name]);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private TransferOptions Pinned() =>
        s_options with { Trust = new UpdateTrust(_authority.WriteCa(_folder.Path), "the CA file") };
}
