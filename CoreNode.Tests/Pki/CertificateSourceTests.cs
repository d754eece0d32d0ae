using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Pki;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Pki;

[TestFixture, Category("Unit")]
internal sealed class CertificateSourceTests
{
    private readonly SigningAuthority _root = SigningAuthority.Root();
    private MetricRegistry _metrics = null!;
    private SteppedTime _time = null!;
    private LineLog _log = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        _metrics = new MetricRegistry();
        _time = new SteppedTime(SigningAuthority.Noon);
        _log = new LineLog();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [OneTimeTearDown]
    public void TearDownAll() => _root.Dispose();

    [Test]
    public void The_files_are_read()
    {
        SignedCertificate made = Place("a");
        CertificateSource source = Open();
        Assert.Multiple(() =>
        {
            Assert.That(source.Current.Own.TargetCertificate.Thumbprint, Is.EqualTo(made.Certificate.Thumbprint));
            Assert.That(source.Current.Own.TargetCertificate.HasPrivateKey);
            Assert.That(source.Current.Authorities, Has.Count.EqualTo(1));
            Assert.That(source.Current.RequiresClientCertificate, "naming CAs means to ask");
        });
    }

    [Test]
    public void Intermediates_behind_the_certificate_are_shown_too()
    {
        using SigningAuthority middle = _root.Intermediate("Middle");
        SignedCertificate made = middle.Issue("a");
        Write("cert.pem", made.Pem + middle.Pem);
        Write("key.pem", made.KeyPem);
        Write("ca.pem", _root.Pem);
        Assert.That(
            Open().Current.Own.IntermediateCertificates.Select(c => c.Thumbprint),
            Is.EqualTo(new[] { middle.Certificate.Thumbprint }));
    }

    [Test]
    public void Each_kind_of_key_file_is_read()
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        (CertificateRequest Request, string Key)[] kinds =
        [
            (new("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), rsa.ExportPkcs8PrivateKeyPem()),
            (new("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), rsa.ExportRSAPrivateKeyPem()),
            (new("CN=ec", elliptic, HashAlgorithmName.SHA256), elliptic.ExportPkcs8PrivateKeyPem()),
            (new("CN=ec", elliptic, HashAlgorithmName.SHA256), elliptic.ExportECPrivateKeyPem()),
        ];
        Write("ca.pem", _root.Pem);
        foreach (var (request, key) in kinds)
        {
            Write("key.pem", key);
            Write("cert.pem", request.CreateSelfSigned(_time.GetUtcNow(), _time.GetUtcNow().AddDays(1))
                .ExportCertificatePem());
            Assert.That(Open().Current.Own.TargetCertificate.HasPrivateKey, key);
        }
    }

    [Test]
    public void What_is_wrong_is_said_with_flag_file_and_advice()
    {
        SignedCertificate made = Place("a");
        SignedCertificate other = _root.Issue("b");
        string cert = _folder.File("cert.pem");
        string key = _folder.File("key.pem");
        File.Delete(cert);
        Assert.That(Complaint(), Is.EqualTo(
            $"--cert-file: {cert} does not exist: make one with `corenode pki issue member`, or name the right file"));
        Directory.CreateDirectory(cert);
        Assert.That(Complaint(), Does.StartWith($"--cert-file: {cert} is a folder"));
        Directory.Delete(cert);
        Write("cert.pem", "hello");
        Assert.That(Complaint(), Does.StartWith($"--cert-file: {cert} holds no PEM certificate"));
        Write("cert.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Assert.That(Complaint(), Does.StartWith($"--cert-file: {cert} holds a certificate that cannot be read"));
        Write("cert.pem", made.Pem);
        Write("key.pem", other.KeyPem);
        Assert.That(
            Complaint(), Does.StartWith($"--key-file: the key in {key} does not belong to the certificate in {cert}"));
        using RSA rsa = RSA.Create(2048);
        Write("key.pem", rsa.ExportPkcs8PrivateKeyPem());
        Assert.That(
            Complaint(), Does.StartWith($"--key-file: the key in {key} does not belong to the certificate in {cert}"));
        Write("key.pem", made.KeyPem.Replace("M", "", StringComparison.Ordinal));
        Assert.That(Complaint(), Does.StartWith($"--key-file: {key} holds a key that cannot be read"));
        Write("key.pem", rsa.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        Assert.That(Complaint(), Does.StartWith($"--key-file: {key} is encrypted"));
        Write("key.pem", made.Pem);
        Assert.That(Complaint(), Does.StartWith($"--key-file: {key} holds no PEM key"));
        Write("key.pem", made.KeyPem);
        File.Delete(_folder.File("ca.pem"));
        Assert.That(Complaint(), Does.StartWith($"--trusted-ca-file: {_folder.File("ca.pem")} does not exist"));
    }

    [Test]
    public void Dates_are_held_against_the_clock()
    {
        Place("old", ends: _time.GetUtcNow().AddSeconds(-1));
        Assert.That(Complaint(), Does.Contain("(CN=old) expired on 2030-06-15 11:59:59Z: renew it with `corenode pki"));
        Place("new", begins: _time.GetUtcNow().AddHours(1));
        Assert.That(
            Complaint(),
            Does.Contain("(CN=new) is not valid before 2030-06-15 13:00:00Z and it is 2030-06-15 12:00:00Z"));
    }

    [Test]
    public void Flags_of_members_are_named_as_they_are()
    {
        Assert.That(
            () => new CertificateSource(Files(), CertificateUse.Peers, _metrics, _time, _log.For<CertificateSource>()),
            Throws.InstanceOf<IOException>().With.Message.StartsWith("--peer-cert-file: "));
    }

    [Test]
    public void A_new_certificate_is_taken_at_the_first_look_after_a_second()
    {
        SignedCertificate first = Place("a");
        CertificateSource source = Open();
        SignedCertificate second = Place("b");
        _time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.That(source.Current.Own.TargetCertificate.Thumbprint, Is.EqualTo(first.Certificate.Thumbprint));
        _time.Advance(TimeSpan.FromMilliseconds(101));
        Assert.Multiple(() =>
        {
            Assert.That(source.Current.Own.TargetCertificate.Thumbprint, Is.EqualTo(second.Certificate.Thumbprint));
            Assert.That(_log.Lines, Has.Count.EqualTo(1));
            Assert.That(_log.Lines[0], Does.StartWith("Information 1701 new certificate from ").And.Contain("CN=b"));
            Assert.That(Metric("corenode_tls_reloads_total"), Is.EqualTo("1"));
        });
    }

    [Test]
    public void New_authorities_are_taken_too()
    {
        Place("a");
        CertificateSource source = Open();
        using SigningAuthority next = SigningAuthority.Root("Next CA");
        Write("ca.pem", _root.Pem + next.Pem);
        Assert.That(Later(source).Authorities, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_half_replaced_pair_is_waited_for_in_silence()
    {
        SignedCertificate first = Place("a");
        CertificateSource source = Open();
        SignedCertificate second = _root.Issue("b");
        Write("key.pem", second.KeyPem);
        string between = Later(source).Own.TargetCertificate.Thumbprint;
        Write("cert.pem", second.Pem);
        string after = Later(source).Own.TargetCertificate.Thumbprint;
        Assert.Multiple(() =>
        {
            Assert.That(between, Is.EqualTo(first.Certificate.Thumbprint));
            Assert.That(after, Is.EqualTo(second.Certificate.Thumbprint));
            Assert.That(_log.Lines, Has.Count.EqualTo(1), "only the new set is told");
        });
    }

    [Test]
    public void A_bad_set_is_told_once_and_the_good_one_stays_until_there_is_another()
    {
        SignedCertificate first = Place("a");
        CertificateSource source = Open();
        Write("cert.pem", _root.Issue("b").Pem);
        for (int i = 0; i < 4; i++)
            Assert.That(Later(source).Own.TargetCertificate.Thumbprint, Is.EqualTo(first.Certificate.Thumbprint));
        Assert.Multiple(() =>
        {
            Assert.That(_log.Lines, Has.Count.EqualTo(1));
            Assert.That(_log.Lines[0], Does.StartWith("Error 1702 changed certificate files are not used: --key-file: ")
                .And.Contain("The certificate before stays in use: CN=a, valid until 2040-06-15"));
            Assert.That(Metric("corenode_tls_reload_failures_total"), Is.EqualTo("1"));
        });
        File.Delete(_folder.File("key.pem"));
        Later(source);
        Later(source);
        Assert.That(_log.Lines, Has.Count.EqualTo(2), "another fault is another line");
        SignedCertificate good = Place("c");
        Assert.That(Later(source).Own.TargetCertificate.Thumbprint, Is.EqualTo(good.Certificate.Thumbprint));
    }

    [Test]
    public void All_files_gone_leave_the_last_good_set()
    {
        SignedCertificate first = Place("a");
        CertificateSource source = Open();
        foreach (string name in new[] { "cert.pem", "key.pem", "ca.pem" })
            File.Delete(_folder.File(name));
        Later(source);
        Assert.That(Later(source).Own.TargetCertificate.Thumbprint, Is.EqualTo(first.Certificate.Thumbprint));
        Assert.That(_log.Lines, Has.Count.EqualTo(1));
    }

    [Test]
    public void What_was_only_touched_is_no_reload()
    {
        SignedCertificate made = Place("a");
        CertificateSource source = Open();
        string before = Metric("corenode_tls_reloads_total");
        Write("cert.pem", made.Pem);
        Later(source);
        Assert.That(Metric("corenode_tls_reloads_total"), Is.EqualTo(before));
    }

    [Test]
    public void A_certificate_that_ends_is_told_once_a_day_until_it_is_renewed()
    {
        Place("a", ends: _time.GetUtcNow().AddDays(31));
        CertificateSource source = Open();
        Later(source);
        Assert.That(_log.Lines, Is.Empty);
        _time.Advance(TimeSpan.FromDays(1));
        for (int i = 0; i < 3; i++)
            Later(source);
        Assert.That(_log.Lines, Has.Count.EqualTo(1));
        Assert.That(_log.Lines[0], Does.StartWith("Warning 1703 ").And.Contain("CN=a expires on 2030-07-16 12:00:00Z"));
        _time.Advance(TimeSpan.FromDays(1));
        Later(source);
        Assert.That(_log.Lines, Has.Count.EqualTo(2));
        Place("b");
        _time.Advance(TimeSpan.FromDays(1));
        Later(source);
        _time.Advance(TimeSpan.FromDays(1));
        Later(source);
        Assert.That(_log.Lines.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public void The_expiry_is_a_metric_and_follows_a_new_certificate_without_a_handshake()
    {
        Place("a");
        Open();
        string first = Metric("corenode_tls_certificate_expiry_seconds");
        Place("b", ends: _time.GetUtcNow().AddDays(90));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(Seconds(SigningAuthority.Noon.AddYears(10))));
            Assert.That(
                Metric("corenode_tls_certificate_expiry_seconds"),
                Is.EqualTo(Seconds(_time.GetUtcNow().AddDays(90).AddSeconds(-2))));
        });
    }

    private static string Seconds(DateTimeOffset moment) =>
        ((double)moment.ToUnixTimeSeconds()).ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private SignedCertificate Place(string name, DateTimeOffset? begins = null, DateTimeOffset? ends = null)
    {
        SignedCertificate made = _root.Issue(name, [name], begins: begins, ends: ends);
        Write("cert.pem", made.Pem);
        Write("key.pem", made.KeyPem);
        Write("ca.pem", _root.Pem);
        return made;
    }

    // By rename, as whoever renews certificates does it: the stamp always differs.
    private void Write(string name, string text)
    {
        File.WriteAllText(_folder.File("part"), text);
        File.Move(_folder.File("part"), _folder.File(name), overwrite: true);
    }

    private TlsFiles Files() => new(
        _folder.File("cert.pem"), _folder.File("key.pem"), _folder.File("ca.pem"), RequiresClientCertificate: false);

    private CertificateSource Open() =>
        new(Files(), CertificateUse.Clients, _metrics, _time, _log.For<CertificateSource>());

    private TlsCertificates Later(CertificateSource source)
    {
        _time.Advance(TimeSpan.FromSeconds(1.1));
        return source.Current;
    }

    private string Complaint()
    {
        IOException fault = Assert.Throws(Is.InstanceOf<IOException>(), () => Open()) as IOException
            ?? throw new InvalidOperationException("nothing was thrown");
        return fault.Message;
    }

    private string Metric(string name)
    {
        System.Buffers.ArrayBufferWriter<byte> text = new();
        _metrics.WriteTo(text);
        return Encoding.UTF8.GetString(text.WrittenSpan).Split('\n')
            .First(line => line.StartsWith($"{name}{{use=\"client\"}}", StringComparison.Ordinal)).Split(' ')[^1];
    }
}
