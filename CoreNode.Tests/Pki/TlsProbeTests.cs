using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using CoreNode.Pki;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Pki;

/// <summary>A look at what servers show, on loopback.</summary>
[TestFixture, Category("Unit")]
internal sealed class TlsProbeTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly SigningAuthority _root = SigningAuthority.Root();
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        File.WriteAllText(_folder.File("ca.pem"), _root.Pem);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [OneTimeTearDown]
    public void TearDownAll() => _root.Dispose();

    [Test]
    public async Task A_good_certificate_is_seen_without_a_complaint()
    {
        SignedCertificate made = _root.Issue("a", ["127.0.0.1"], begins: _now.AddDays(-1));
        (CertificateFacts? seen, string? complaint) = await LookAsync(made);
        Assert.That(complaint, Is.Null);
        Assert.That(seen?.Name, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_certificate_that_is_not_accepted_is_seen_all_the_same()
    {
        SignedCertificate old = _root.Issue("a", ["127.0.0.1"], begins: _now.AddDays(-3), ends: _now.AddDays(-2));
        (CertificateFacts? seen, string? complaint) = await LookAsync(old);
        Assert.That(seen?.Name, Is.EqualTo("a"));
        Assert.That(complaint, Does.Match("^127.0.0.1:[0-9]+ shows a certificate \\(CN=a\\) that expired on "));
        SignedCertificate other = _root.Issue("b", ["10.0.0.1", "b.example"], begins: _now.AddDays(-1));
        (seen, complaint) = await LookAsync(other);
        Assert.That(seen?.Name, Is.EqualTo("b"));
        Assert.That(complaint, Does.Contain("is not for 127.0.0.1: it is for b.example, 10.0.0.1"));
    }

    [Test]
    public async Task What_speaks_no_TLS_is_told()
    {
        using TcpListener listener = Listen();
        Task<(CertificateFacts? Seen, string? Complaint)> look = Probe().LookAsync(
            "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, s_timeout, CancellationToken.None);
        using (Socket socket = await listener.AcceptSocketAsync())
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        (CertificateFacts? seen, string? complaint) = await look;
        Assert.That(seen, Is.Null);
        Assert.That(complaint, Does.Contain(": TLS failed: "));
    }

    [Test]
    public async Task A_port_without_a_server_is_told()
    {
        (CertificateFacts? seen, string? complaint) =
            await Probe().LookAsync("127.0.0.1", 1, s_timeout, CancellationToken.None);
        Assert.That(seen, Is.Null);
        Assert.That(complaint, Does.Contain("127.0.0.1:1: TLS failed: Connection refused"));
    }

    private static TcpListener Listen()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private TlsProbe Probe() => new(_folder.File("ca.pem"), null, null, TimeProvider.System);

    private async Task<(CertificateFacts? Seen, string? Complaint)> LookAsync(SignedCertificate shown)
    {
        File.WriteAllText(_folder.File("cert.pem"), shown.Pem);
        File.WriteAllText(_folder.File("key.pem"), shown.KeyPem);
        using TcpListener listener = Listen();
        Task<(CertificateFacts? Seen, string? Complaint)> look = Probe().LookAsync(
            "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, s_timeout, CancellationToken.None);
        using Socket socket = await listener.AcceptSocketAsync();
        using SslStream stream = new(new NetworkStream(socket));
        using var own = PemText.WithKey(shown.Certificate, _folder.File("cert.pem"), _folder.File("key.pem"));
        try
        {
            await stream.AuthenticateAsServerAsync(own);
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException)
        {
            // The other side may leave as soon as it has seen enough.
        }

        return await look;
    }
}
