using CoreNode.Pki;

namespace CoreNode.Tests.Pki;

/// <summary>Certificates that a test replaces by hand.</summary>
internal sealed class FixedCertificates(TlsCertificates first) : ICertificateSource
{
    public TlsCertificates Current { get; set; } = first;
}
