using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Pki;

/// <summary>The files of a CA, and how others read them.</summary>
[TestFixture, Category("Unit"), SupportedOSPlatform("linux")]
internal sealed class CertificateAuthorityTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 6, 15, 12, 0, 0, TimeSpan.Zero);

    private TestFolder _folder = null!;
    private SteppedTime _time = null!;
    private CertificateAuthority _authority = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TestFolder();
        _time = new SteppedTime(s_noon);
        _authority = new CertificateAuthority(_folder.File("pki"), _time);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_CA_signs_and_says_nothing_else()
    {
        CertificateFacts made = Create();
        Assert.Multiple(() =>
        {
            Assert.That(made.Kind, Is.EqualTo(CertificateKind.Authority));
            Assert.That(made.Subject, Does.Match("^CN=corenode CA [0-9a-f]{8}$"));
            Assert.That(made.Issuer, Is.EqualTo(made.Subject));
            Assert.That((made.Begins, made.Expires), Is.EqualTo((s_noon.AddHours(-1), s_noon.AddDays(3650))));
            Assert.That(File.GetUnixFileMode(_authority.KeyFile), Is.EqualTo((UnixFileMode)0x180), "0600");
        });
    }

    [Test]
    public void A_CA_that_is_there_is_replaced_only_by_force()
    {
        CertificateFacts first = Create();
        Assert.That(
            () => Create(), Throws.InstanceOf<IOException>().With.Message.Contains("ca.crt is there already: --renew"));
        CertificateFacts second = _authority.Create("corenode CA", TimeSpan.FromDays(1), replaces: true);
        Assert.That(second.Subject, Is.Not.EqualTo(first.Subject), "nobody takes one for the other");
    }

    [TestCase(CertificateKind.Member, "corenode:members", 730, true, true)]
    [TestCase(CertificateKind.Client, "corenode:clients", 730, false, true)]
    [TestCase(CertificateKind.Admin, "corenode:admins", 365, false, true)]
    public void What_is_issued_is_good_for_its_kind_only(
        CertificateKind kind, string organisation, int days, bool isServer, bool isClient)
    {
        Create();
        CertificateFacts made = _authority.Issue(new CertificateOrder(kind, "a") { Sans = ["a.example", "10.0.0.1"] });
        X509Certificate2Collection trusted = PemText.ReadCertificates(_authority.CertificateFile);
        X509Certificate2 leaf = PemText.ReadCertificates(_authority.CertificateFileOf("a"))[0];
        Assert.Multiple(() =>
        {
            Assert.That(made.Subject, Is.EqualTo($"CN=a, O={organisation}"));
            Assert.That(made.Kind, Is.EqualTo(kind));
            Assert.That(made.Sans, Is.EqualTo(new[] { "a.example", "10.0.0.1" }));
            Assert.That(made.Expires, Is.EqualTo(s_noon.AddDays(days)));
            Assert.That(File.GetUnixFileMode(_authority.KeyFileOf("a")), Is.EqualTo((UnixFileMode)0x180), "0600");
            Assert.That(PemText.Fits(leaf, _authority.KeyFileOf("a")));
            foreach (string name in new[] { "a.example", "10.0.0.1" })
            {
                ExpectedParty server = new("a", IsServer: true) { Name = name };
                Assert.That(CertificateCheck.Judge(server, leaf, [], trusted, s_noon) is null, Is.EqualTo(isServer));
            }

            ExpectedParty client = new("a", IsServer: false);
            Assert.That(CertificateCheck.Judge(client, leaf, [], trusted, s_noon) is null, Is.EqualTo(isClient));
        });
    }

    [Test]
    public void Nothing_is_valid_longer_than_its_CA()
    {
        CertificateFacts ca = _authority.Create("CA", TimeSpan.FromDays(10), replaces: false);
        CertificateFacts made = _authority.Issue(new CertificateOrder(CertificateKind.Client, "a"));
        Assert.That(made.Expires, Is.EqualTo(ca.Expires));
        _time.Advance(TimeSpan.FromDays(10));
        Assert.That(
            () => _authority.Issue(new CertificateOrder(CertificateKind.Client, "b")),
            Throws.InstanceOf<IOException>().With.Message.Contains("has expired: make its successor with"));
    }

    [Test]
    public void A_renewed_certificate_keeps_names_and_lifetime_and_gets_a_new_key()
    {
        Create();
        CertificateOrder order = new(CertificateKind.Member, "a")
        {
            Sans = ["a.example", "10.0.0.1"],
            Lifetime = TimeSpan.FromDays(90),
        };
        CertificateFacts first = _authority.Issue(order);
        string key = File.ReadAllText(_authority.KeyFileOf("a"));
        File.SetUnixFileMode(_authority.KeyFileOf("a"), (UnixFileMode)0x1A0);
        _time.Advance(TimeSpan.FromDays(60));
        CertificateFacts second = _authority.Issue(new CertificateOrder(CertificateKind.Member, "a") { Renews = true });
        Assert.Multiple(() =>
        {
            Assert.That(second.Sans, Is.EqualTo(first.Sans));
            Assert.That(second.Expires - second.Begins, Is.EqualTo(first.Expires - first.Begins));
            Assert.That(second.Serial, Is.Not.EqualTo(first.Serial));
            Assert.That(File.ReadAllText(_authority.KeyFileOf("a")), Is.Not.EqualTo(key));
            Assert.That(
                File.GetUnixFileMode(_authority.KeyFileOf("a")), Is.EqualTo((UnixFileMode)0x1A0), "0640 as before");
        });
    }

    [Test]
    public void Renewing_ten_times_makes_nothing_longer()
    {
        Create();
        CertificateFacts first = _authority.Issue(new CertificateOrder(CertificateKind.Client, "a"));
        CertificateFacts last = first;
        for (int i = 0; i < 10; i++)
            last = _authority.Issue(new CertificateOrder(CertificateKind.Client, "a") { Renews = true });
        Assert.That((last.Begins, last.Expires), Is.EqualTo((first.Begins, first.Expires)));
    }

    [Test]
    public void What_cannot_be_issued_is_said()
    {
        CertificateOrder client = new(CertificateKind.Client, "a");
        Assert.That(
            () => _authority.Issue(client),
            Throws.InstanceOf<IOException>().With.Message.Contains("ca.crt does not exist: make the CA with"));
        Create();
        Assert.That(
            () => _authority.Issue(client with { Renews = true }),
            Throws.InstanceOf<IOException>().With.Message.Contains("a.crt does not exist: without --renew"));
        _authority.Issue(client);
        Assert.That(
            () => _authority.Issue(client),
            Throws.InstanceOf<IOException>().With.Message.Contains("a.crt is there already: --renew"));
        Assert.That(
            () => _authority.Issue(client with { Kind = CertificateKind.Admin, Renews = true }),
            Throws.InstanceOf<IOException>().With.Message.Contains(
                "is of CN=a, O=corenode:clients and not of the admin a: --force replaces it"));
        _authority.Issue(client with { Kind = CertificateKind.Admin, Replaces = true });
        File.Delete(_authority.KeyFile);
        Assert.That(
            () => _authority.Issue(new CertificateOrder(CertificateKind.Client, "b")),
            Throws.InstanceOf<IOException>().With.Message.Contains("ca.key does not exist: certificates are issued"));
    }

    [Test]
    public void A_CA_is_changed_without_a_moment_of_distrust()
    {
        CertificateFacts old = Create();
        _authority.Issue(new CertificateOrder(CertificateKind.Member, "a") { Sans = ["a"] });
        X509Certificate2Collection before = PemText.ReadCertificates(_authority.CertificateFile);
        X509Certificate2 first = PemText.ReadCertificates(_authority.CertificateFileOf("a"))[0];

        IReadOnlyList<CertificateFacts> both = _authority.Renew(null);
        X509Certificate2Collection during = PemText.ReadCertificates(_authority.CertificateFile);
        _authority.Issue(new CertificateOrder(CertificateKind.Member, "a") { Renews = true });
        X509Certificate2 second = PemText.ReadCertificates(_authority.CertificateFileOf("a"))[0];

        IReadOnlyList<CertificateFacts> retired = _authority.RetireOthers();
        X509Certificate2Collection after = PemText.ReadCertificates(_authority.CertificateFile);
        Assert.Multiple(() =>
        {
            Assert.That(both.Select(one => one.Subject), Is.EqualTo(during.Select(one => one.Subject)));
            Assert.That(both[1].Subject, Is.EqualTo(old.Subject));
            Assert.That(both[0].Subject, Does.Match("^CN=corenode CA [0-9a-f]{8}$").And.Not.EqualTo(old.Subject));
            Assert.That(retired.Select(one => one.Subject), Is.EqualTo(new[] { old.Subject }));
            Assert.That(IsGood(first, before) && IsGood(first, during) && IsGood(second, during), Is.True);
            Assert.That(IsGood(second, after), Is.True);
            Assert.That(IsGood(second, before) || IsGood(first, after), Is.False);
        });
    }

    [Test]
    public void A_renewal_that_ended_between_its_two_files_still_issues()
    {
        Create();
        string key = File.ReadAllText(_authority.KeyFile);
        _authority.Renew(null);
        File.WriteAllText(_authority.KeyFile, key);
        _authority.Issue(new CertificateOrder(CertificateKind.Client, "a"));
        Assert.That(_authority.Renew(null), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Openssl_agrees_with_what_is_made()
    {
        string openssl = TestPrograms.Openssl();
        CertificateAuthority real = new(_folder.File("real"), TimeProvider.System);
        real.Create("corenode CA", TimeSpan.FromDays(10), replaces: false);
        string[] sans = ["a.example", "*.b.example", "fd00::1"];
        real.Issue(new CertificateOrder(CertificateKind.Member, "a") { Sans = sans });
        real.Issue(new CertificateOrder(CertificateKind.Admin, "ann"));
        real.Renew(null);
        string ca = real.CertificateFile;
        string member = real.CertificateFileOf("a");
        string[] verify = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", ca];
        string[] client = [.. verify, "-purpose", "sslclient"];
        string[] server = [.. verify, "-purpose", "sslserver"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await RunAsync([.. client, member]), Is.EqualTo($"{member}: OK"));
            Assert.That(
                await RunAsync([.. server, "-verify_hostname", "a.example", member]), Is.EqualTo($"{member}: OK"));
            Assert.That(
                await RunAsync([.. server, "-verify_hostname", "c.b.example", member]), Is.EqualTo($"{member}: OK"));
            Assert.That(await RunAsync([.. server, "-verify_ip", "fd00::1", member]), Is.EqualTo($"{member}: OK"));
            Assert.That(
                await RunAsync([.. server, "-verify_hostname", "d.example", member]),
                Does.Contain("hostname mismatch"));
            Assert.That(await RunAsync([.. client, real.CertificateFileOf("ann")]), Does.EndWith(": OK"));
            Assert.That(
                await RunAsync([.. server, real.CertificateFileOf("ann")]),
                Does.Contain("unsuitable certificate purpose"));
            Assert.That(
                await RunAsync(["pkey", "-in", real.KeyFileOf("a"), "-noout", "-check"]), Is.EqualTo("Key is valid"));
            Assert.That(
                await RunAsync(["x509", "-in", real.CertificateFileOf("ann"), "-noout", "-subject"]),
                Is.EqualTo("subject=O = corenode:admins, CN = ann"));
        }

        async Task<string> RunAsync(string[] arguments)
        {
            ProgramResult result = await ProgramResult.OfAsync(openssl, arguments);
            return $"{result.Output}{result.Error}".Trim();
        }
    }

    private static bool IsGood(X509Certificate2 leaf, X509Certificate2Collection trusted)
    {
        ExpectedParty server = new("a", IsServer: true) { Name = "a" };
        return CertificateCheck.Judge(server, leaf, [], trusted, s_noon) is null;
    }

    private CertificateFacts Create() =>
        _authority.Create("corenode CA", CertificateAuthority.AuthorityLifetime, replaces: false);
}
