using System.Net.Security;
using CoreNode.Pki;

namespace CoreNode.Tests.Pki;

[TestFixture, Category("Unit")]
internal sealed class CertificateCheckTests
{
    private static readonly string[] s_both = [SigningAuthority.ServerUse, SigningAuthority.ClientUse];

    private readonly SigningAuthority _root = SigningAuthority.Root();

    [OneTimeTearDown]
    public void TearDown() => _root.Dispose();

    [Test]
    public void A_certificate_of_a_trusted_authority_for_that_name_is_good()
    {
        SignedCertificate made = _root.Issue("a", ["a.example", "10.0.0.1"], s_both);
        Assert.Multiple(() =>
        {
            Assert.That(Judge(made, Server("a.example")), Is.Null);
            Assert.That(Judge(made, Server("10.0.0.1")), Is.Null);
            Assert.That(Judge(made, Client()), Is.Null);
        });
    }

    [Test]
    public void A_wrong_name_is_told_with_the_peer_and_the_names_that_are_there()
    {
        SignedCertificate made = _root.Issue("a", ["a.example", "10.0.0.1"], s_both);
        Assert.That(Judge(made, Server("10.0.0.2")), Is.EqualTo(
            "https://10.0.0.2:2380 shows a certificate (CN=a) that is not for 10.0.0.2: it is for a.example, 10.0.0.1; "
            + "issue it with --san 10.0.0.2, or ask for a name that it has"));
    }

    [Test]
    public void The_common_name_counts_for_nothing()
    {
        SignedCertificate made = _root.Issue("a.example");
        Assert.That(
            Judge(made, Server("a.example")),
            Does.Contain("is not for a.example: it is for nothing (it has no subject alternative names)"));
    }

    [Test]
    public void An_expired_certificate_is_told_with_its_date()
    {
        SignedCertificate made = _root.Issue("a", ["a"], ends: SigningAuthority.Noon.AddDays(-1));
        Assert.That(Judge(made, Server("a")), Does.Contain(
            "(CN=a) that expired on 2030-06-14 12:00:00Z; it is 2030-06-15 12:00:00Z here: renew it"));
    }

    [Test]
    public void A_certificate_of_tomorrow_is_told_with_its_date()
    {
        SignedCertificate made = _root.Issue("a", ["a"], begins: SigningAuthority.Noon.AddDays(1));
        Assert.That(Judge(made, Server("a")), Does.Contain("is not valid before 2030-06-16 12:00:00Z"));
    }

    [Test]
    public void A_foreign_authority_is_named_with_the_flag_of_the_trusted_ones()
    {
        using SigningAuthority other = SigningAuthority.Root("Other CA");
        SignedCertificate made = other.Issue("a", ["a"]);
        Assert.Multiple(() =>
        {
            Assert.That(
                Judge(made, Server("a")), Does.Contain("is signed by CN=Other CA, which is not in --trusted-ca-file"));
            Assert.That(
                Judge(made, Server("a") with { AuthoritiesFlag = "--peer-trusted-ca-file" }),
                Does.Contain("which is not in --peer-trusted-ca-file"));
        });
    }

    [Test]
    public void An_authority_of_the_same_name_with_another_key_is_a_foreign_one()
    {
        using SigningAuthority twin = SigningAuthority.Root();
        SignedCertificate made = twin.Issue("a", ["a"]);
        Assert.That(Judge(made, Server("a")), Is.Not.Null);
    }

    [Test]
    public void A_certificate_that_signed_itself_is_not_trusted()
    {
        using SigningAuthority self = SigningAuthority.Root("self");
        Assert.That(
            CertificateCheck.Judge(Server("a"), self.Certificate, [], _root.Trusted, SigningAuthority.Noon),
            Does.Contain("is signed by itself, and is not in --trusted-ca-file"));
    }

    [TestCase(SigningAuthority.ServerUse, true, null)]
    [TestCase(SigningAuthority.ClientUse, false, null)]
    [TestCase("2.5.29.37.0", true, null)]
    [TestCase("2.5.29.37.0", false, null)]
    [TestCase(SigningAuthority.ClientUse, true, "is not for server authentication: its extended key usage")]
    [TestCase(SigningAuthority.ServerUse, false, "is not for client authentication: its extended key usage")]
    public void The_extended_key_usage_counts_as_in_Go(string use, bool isServer, string? complaint)
    {
        SignedCertificate made = _root.Issue("a", ["a"], [use]);
        string? told = Judge(made, isServer ? Server("a") : Client());
        Assert.That(told, complaint is null ? Is.Null : Does.Contain(complaint));
    }

    [Test]
    public void An_intermediate_that_is_shown_leads_to_the_root()
    {
        using SigningAuthority middle = _root.Intermediate("Middle");
        SignedCertificate made = middle.Issue("a", ["a"]);
        Assert.Multiple(() =>
        {
            Assert.That(
                CertificateCheck.Judge(
                    Server("a"), made.Certificate, [middle.Certificate], _root.Trusted, SigningAuthority.Noon),
                Is.Null);
            Assert.That(Judge(made, Server("a")), Does.Contain("is signed by CN=Middle, which is not in"));
        });
    }

    [Test]
    public void An_intermediate_that_is_named_as_trusted_is_trusted_without_its_root()
    {
        using SigningAuthority middle = _root.Intermediate("Middle");
        SignedCertificate made = middle.Issue("a", ["a"]);
        Assert.That(
            CertificateCheck.Judge(Server("a"), made.Certificate, [], middle.Trusted, SigningAuthority.Noon), Is.Null);
    }

    [Test]
    public void A_name_is_not_enough_to_be_signed_by_a_trusted_intermediate()
    {
        using SigningAuthority middle = _root.Intermediate("Middle");
        using SigningAuthority forger = SigningAuthority.Root("Forger");
        using SigningAuthority twin = forger.Intermediate("Middle");
        SignedCertificate made = twin.Issue("a", ["a"]);
        Assert.Multiple(() =>
        {
            Assert.That(
                CertificateCheck.Judge(Server("a"), made.Certificate, [], middle.Trusted, SigningAuthority.Noon),
                Is.Not.Null);
            Assert.That(
                CertificateCheck.Judge(
                    Server("a"), made.Certificate, [twin.Certificate], middle.Trusted, SigningAuthority.Noon),
                Is.Not.Null);
            Assert.That(
                CertificateCheck.Judge(
                    Server("a"), made.Certificate, [middle.Certificate], middle.Trusted, SigningAuthority.Noon),
                Is.Not.Null);
        });
    }

    [Test]
    public void A_leaf_cannot_sign_others()
    {
        using SigningAuthority leaf = _root.Impostor("leaf");
        SignedCertificate made = leaf.Issue("a", ["a"]);
        Assert.That(
            CertificateCheck.Judge(
                Server("a"), made.Certificate, [leaf.Certificate], _root.Trusted, SigningAuthority.Noon),
            Does.Contain("CN=leaf"));
    }

    [Test]
    public void Nothing_shown_is_refused_unless_nothing_is_asked_for()
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                CertificateCheck.Judge(Client(), null, null, SslPolicyErrors.RemoteCertificateNotAvailable),
                Is.EqualTo("10.0.0.9:40112 shows no certificate; who connects here needs one that is signed by a CA of "
                    + "--trusted-ca-file"));
            Assert.That(
                CertificateCheck.Judge(
                    Client() with { MustShow = false }, null, null, SslPolicyErrors.RemoteCertificateNotAvailable),
                Is.Null);
        });
    }

    [TestCase("a.example", "a.example", true)]
    [TestCase("A.Example", "a.eXample.", true)]
    [TestCase("*.example", "a.example", true)]
    [TestCase("*.example", "a.b.example", false)]
    [TestCase("*.example", "example", false)]
    [TestCase("*", "a", false)]
    [TestCase("a*.example", "ab.example", false)]
    [TestCase("a.*.example", "a.b.example", false)]
    [TestCase("*.example", "*.example", false)]
    [TestCase("a.example", "b.example", false)]
    [TestCase("a.example", "", false)]
    [TestCase("a.example", ".", false)]
    [TestCase("", "a", false)]
    public void Names_match_as_in_Go(string pattern, string name, bool isMatch) =>
        Assert.That(CertificateNames.Matches(pattern, name), Is.EqualTo(isMatch));

    [TestCase("10.0.0.1", true)]
    [TestCase("10.0.0.2", false)]
    [TestCase("[fd00::1]", true)]
    [TestCase("fd00::1", true)]
    [TestCase("fd00::2", false)]
    public void An_address_matches_addresses_only(string wanted, bool isMatch)
    {
        SignedCertificate made = _root.Issue("a", ["10.0.0.1", "fd00::1", "b"]);
        Assert.That(CertificateNames.Matches(made.Certificate, wanted), Is.EqualTo(isMatch));
    }

    private static ExpectedParty Server(string name) => new($"https://{name}:2380", IsServer: true) { Name = name };

    private static ExpectedParty Client() => new("10.0.0.9:40112", IsServer: false);

    private string? Judge(SignedCertificate made, ExpectedParty expected) =>
        CertificateCheck.Judge(expected, made.Certificate, [], _root.Trusted, SigningAuthority.Noon);
}
