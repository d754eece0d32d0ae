using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Api.Peers;

/// <summary>Whom the verified certificate of the other side names.</summary>
/// <param name="Name">Its common name; empty if it has none.</param>
/// <param name="Organisations">All its organisations.</param>
internal sealed record PeerCertificate(string Name, IReadOnlyList<string> Organisations)
{
    /// <summary>
    /// What says that it was made for a person and not for a node; null if nothing does. One mark is enough, whatever
    /// stands beside it.
    /// </summary>
    public string? PersonMark => Organisations.FirstOrDefault(
        static mark => mark is CertificateKinds.Clients or CertificateKinds.Admins);

    /// <summary>Reads the subject.</summary>
    public static PeerCertificate Of(X509Certificate2 certificate) =>
        new(CertificateSubject.CommonName(certificate), CertificateSubject.Organisations(certificate));
}
