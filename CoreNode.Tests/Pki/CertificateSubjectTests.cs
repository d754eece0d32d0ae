using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Tests.Pki;

/// <summary>Whom a certificate names, wherever in its subject that stands.</summary>
[TestFixture, Category("Unit")]
internal sealed class CertificateSubjectTests
{
    [TestCase("CN=a", "")]
    [TestCase("CN=a, O=corenode:admins", "corenode:admins")]
    [TestCase("O=corenode:clients, CN=a, O=Other", "Other corenode:clients")]
    [TestCase("CN=a, OU=corenode:admins", "")]
    [TestCase("O=Müller, CN=a", "Müller")]
    public void All_organisations_are_found(string subject, string organisations)
    {
        Assert.That(OrganisationsOf(new X500DistinguishedName(subject)), Is.EqualTo(organisations));
    }

    [Test]
    public void A_mark_that_shares_its_part_of_the_name_is_found()
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            foreach ((string type, string value) in new[] { ("2.5.4.3", "a"), ("2.5.4.10", "corenode:clients") })
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(UniversalTagNumber.PrintableString, value);
                }
            }
        }

        Assert.That(OrganisationsOf(new X500DistinguishedName(writer.Encode())), Is.EqualTo("corenode:clients"));
    }

    private static string OrganisationsOf(X500DistinguishedName subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        return string.Join(' ', CertificateSubject.Organisations(certificate).Order(StringComparer.Ordinal));
    }
}
