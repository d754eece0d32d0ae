using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Api.Peers;

/// <summary>Whom the verified certificate of the other side names.</summary>
/// <param name="Name">Its common name; empty if it has none.</param>
/// <param name="Organisation">Its organisation; empty if it has none.</param>
internal sealed record PeerCertificate(string Name, string Organisation)
{
    /// <summary>Reads the subject.</summary>
    public static PeerCertificate Of(X509Certificate2 certificate) =>
        new(CertificateSubject.CommonName(certificate), CertificateSubject.Organisation(certificate));
}
