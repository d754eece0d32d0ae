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
    [TestCase("CN=a + O=corenode:clients, OU=corenode:admins", "corenode:clients")]
    [TestCase("O=Müller, CN=a", "Müller")]
    public void All_organisations_are_found(string subject, string organisations)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        Assert.That(string.Join(' ', CertificateSubject.Organisations(certificate).Order(StringComparer.Ordinal)),
            Is.EqualTo(organisations));
    }
}
