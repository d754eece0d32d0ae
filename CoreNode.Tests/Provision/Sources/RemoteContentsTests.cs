using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Tests.Updates.Client;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>
/// Contents from a server on loopback: what arrives, what is checked, and that nothing is waited for forever.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class RemoteContentsTests
{
    private static readonly RemoteLimits s_limits = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(5),
        One = TimeSpan.FromSeconds(30),
        MostBytes = 100_000,
        MostBytesTogether = 150_000,
    };

    [Test]
    public async Task A_content_arrives_with_its_headers_sent()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, "hello"));
        RemoteContent wanted = new(server.At("/a?token=x"), false, "", [new("X-Key", "7"), new("User-Agent", "Other")]);
        Assert.That(await TextAsync(wanted), Is.EqualTo("hello"));
        Assert.That(server.Requests.TryPeek(out RawRequest? request), Is.True);
        Assert.That(request!.Line, Is.EqualTo("GET /a?token=x HTTP/1.1"));
        Assert.That(request.Header("X-Key"), Is.EqualTo("7"));
        Assert.That(request.Header("User-Agent"), Does.Contain("Other"));
    }

    [Test]
    public async Task Packed_contents_are_unpacked_and_hashes_are_of_what_was_unpacked()
    {
        byte[] content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("line\n", 1000)));
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            await gzip.WriteAsync(content);
        await using RawServer server = new(Bytes(packed.ToArray()));
        string hash = "sha512-" + Convert.ToHexStringLower(SHA512.HashData(content));
        Assert.That(await TextAsync(new(server.At("/a"), true, hash, [])), Has.Length.EqualTo(5000));
        Assert.That(
            () => TextAsync(new(server.At("/a"), false, hash, [])),
            Throws.TypeOf<IOException>().With.Message.EndsWith("has another hash than the configuration says"));
    }

    [Test]
    public async Task A_content_in_a_data_URL_needs_no_server()
    {
        Assert.That(await TextAsync(new(new Uri("data:;base64,aGVsbG8="), false, "", [])), Is.EqualTo("hello"));
        Assert.That(
            () => TextAsync(new(new Uri("data:;base64,aGVsbG8"), false, "", [])), Throws.TypeOf<IOException>());
    }

    [Test]
    public async Task A_server_with_a_fault_of_its_own_is_asked_again()
    {
        int asked = 0;
        await using RawServer server = new(_ => ++asked < 4
            ? RawServer.Answer(503, "later")
            : RawServer.Answer(200, "now"));
        Assert.That(await TextAsync(new(server.At("/a"), false, "", [])), Is.EqualTo("now"));
        Assert.That(asked, Is.EqualTo(4));
    }

    [Test]
    public async Task What_is_not_there_is_not_asked_for_again()
    {
        await using RawServer server = new(_ => RawServer.Answer(404, "nothing"));
        Assert.That(
            () => TextAsync(new(server.At("/a?secret"), false, "", [])),
            Throws.TypeOf<IOException>().With.Message.Contains("answers 404").And.Message.Not.Contains("secret"));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_server_that_never_comes_up_is_given_up()
    {
        await using RawServer server = new(_ => RawServer.Answer(500, ""));
        FetchOptions wishes = new() { TotalLimit = TimeSpan.FromSeconds(1) };
        Assert.That(
            () => TextAsync(new(server.At("/a"), false, "", []), wishes),
            Throws.TypeOf<IOException>().With.Message.Contains("500").And.Message.Contains("given up after 1 s"));
        Assert.That(server.Requests, Has.Count.GreaterThan(1));
    }

    [Test]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        await using RawServer server = new((_, _, stop) => Task.Delay(Timeout.Infinite, stop));
        FetchOptions wishes = new()
        {
            HeaderLimit = TimeSpan.FromMilliseconds(50),
            TotalLimit = TimeSpan.FromSeconds(1),
        };
        Assert.That(
            () => TextAsync(new(server.At("/a"), false, "", []), wishes),
            Throws.TypeOf<IOException>().With.Message.Contains("given up after 1 s"));
        // The limit for the head let it try more than once.
        Assert.That(server.Requests, Has.Count.GreaterThan(1));
    }

    [Test]
    public async Task All_contents_together_have_a_limit_of_time()
    {
        await using RawServer server = new(_ => RawServer.Answer(500, ""));
        using RemoteContents contents = new(
            new SourceOptions(), s_limits with { Together = TimeSpan.FromSeconds(1) });
        RemoteContent wanted = new(server.At("/a"), false, "", []);
        Assert.That(
            () => contents.FetchAsync(wanted, FetchOptions.Default, CancellationToken.None),
            Throws.TypeOf<IOException>().With.Message.Contains("for all contents together"));
    }

    [Test]
    public async Task What_is_too_large_is_refused_also_when_it_is_packed()
    {
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            await gzip.WriteAsync(new byte[50_000_000]);
        byte[] small = packed.ToArray();
        Assert.That(small, Has.Length.LessThan(500_000));
        await using RawServer plain = new(Bytes(new byte[100_001]));
        await using RawServer bomb = new(Bytes(small));
        Assert.That(
            () => TextAsync(new(plain.At("/a"), false, "", [])),
            Throws.TypeOf<IOException>().With.Message.Contains("more than 100000 bytes"));
        using RemoteContents contents = new(new SourceOptions(), s_limits with { MostBytes = 500_000 });
        Assert.That(
            () => contents.FetchAsync(
                new(bomb.At("/a"), true, "", []), FetchOptions.Default, CancellationToken.None),
            Throws.TypeOf<IOException>().With.Message.Contains("more than 500000 bytes"));
    }

    [Test]
    public async Task Contents_have_a_limit_together()
    {
        await using RawServer server = new(Bytes(new byte[90_000]));
        using RemoteContents contents = new(new SourceOptions(), s_limits);
        RemoteContent wanted = new(server.At("/a"), false, "", []);
        await contents.FetchAsync(wanted, FetchOptions.Default, CancellationToken.None);
        Assert.That(
            () => contents.FetchAsync(wanted, FetchOptions.Default, CancellationToken.None),
            Throws.TypeOf<IOException>().With.Message.Contains("more than 150000 bytes"));
    }

    [TestCase(10, true)]
    [TestCase(11, false)]
    public async Task Redirects_are_followed_to_a_limit(int redirects, bool arrives)
    {
        await using RawServer server = new(request =>
        {
            int left = int.Parse(request.Line.Split('/', ' ')[2], CultureInfo.InvariantCulture);
            return left == 0 ? RawServer.Answer(200, "end") : RawServer.Answer(302, "", $"Location: /{left - 1}\r\n");
        });
        RemoteContent wanted = new(server.At($"/{redirects}"), false, "", []);
        if (arrives)
            Assert.That(await TextAsync(wanted), Is.EqualTo("end"));
        else
            Assert.That(() => TextAsync(wanted), Throws.TypeOf<IOException>().With.Message.Contains("10 times"));
    }

    [Test]
    public async Task An_authority_of_the_configuration_counts_besides_the_systems()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 own = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using RawServer server = new(_ => RawServer.Answer(200, "secret"), own);
        RemoteContent wanted = new(server.At("/a"), false, "", []);
        FetchOptions wishes = new()
        {
            TotalLimit = TimeSpan.FromSeconds(20),
            Authorities = [new ContentPart(Encoding.UTF8.GetBytes(own.ExportCertificatePem()), null)],
        };
        Assert.That(await TextAsync(wanted, wishes), Is.EqualTo("secret"));
        Assert.That(
            () => TextAsync(wanted, new FetchOptions { TotalLimit = TimeSpan.FromSeconds(2) }),
            Throws.TypeOf<IOException>().With.Message.Contains("TLS"));
        Assert.That(
            () => TextAsync(wanted, wishes with { Authorities = [new ContentPart("none"u8.ToArray(), null)] }),
            Throws.TypeOf<IOException>().With.Message.Contains("no certificate as PEM"));
    }

    [Test]
    public void Cancelling_ends_it_at_once()
    {
        using CancellationTokenSource over = new();
        over.Cancel();
        using RemoteContents contents = new(new SourceOptions(), s_limits);
        RemoteContent wanted = new(new Uri("http://127.0.0.1:1/"), false, "", []);
        Assert.That(
            () => contents.FetchAsync(wanted, FetchOptions.Default, over.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static Func<RawRequest, Stream, CancellationToken, Task> Bytes(byte[] body) => async (_, stream, stop) =>
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n"), stop);
        await stream.WriteAsync(body, stop);
    };

    private static async Task<string> TextAsync(RemoteContent wanted, FetchOptions? wishes = null)
    {
        using RemoteContents contents = new(new SourceOptions(), s_limits);
        ReadOnlyMemory<byte> content = await contents.FetchAsync(
            wanted, wishes ?? FetchOptions.Default, CancellationToken.None);
        return Encoding.UTF8.GetString(content.Span);
    }
}
