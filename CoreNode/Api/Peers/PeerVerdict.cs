using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Api.Peers;

/// <summary>What became of one handshake's look at the other side's certificate. One handshake's.</summary>
internal sealed class PeerVerdict(ExpectedParty expected)
{
    /// <summary>The certificate, once it was found good; null without one.</summary>
    public PeerCertificate? Certificate { get; private set; }

    /// <summary>What is wrong with it, for people; null if nothing.</summary>
    public string? Fault { get; private set; }

    /// <summary>Judges; the shape is that of <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        X509Certificate2? shown = certificate as X509Certificate2;
        Fault = CertificateCheck.Judge(expected, shown, chain, errors);
        if (Fault is null && shown is not null)
            Certificate = PeerCertificate.Of(shown);
        return Fault is null;
    }
}
