using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>
/// One set of certificates as it was on disk at one moment. Immutable; never disposed while it may be used.
/// </summary>
/// <param name="Own">What the other side is shown, with its intermediates.</param>
/// <param name="Authorities">Who may have signed what the other side shows; null for the system's.</param>
/// <param name="RequiresClientCertificate">Who connects must show a certificate.</param>
public sealed record TlsCertificates(
    SslStreamCertificateContext Own, X509Certificate2Collection? Authorities, bool RequiresClientCertificate);
