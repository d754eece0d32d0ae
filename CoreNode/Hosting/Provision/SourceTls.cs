using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Hosting.Provision;

/// <summary>Servers of user data are judged by the same rules as all others, by the system's authorities.</summary>
internal static class SourceTls
{
    /// <summary>The settings of one connection.</summary>
    public static SslClientAuthenticationOptions Make() => new()
    {
        CertificateChainPolicy = CertificateCheck.Policy(null),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback = IsTrusted,
    };

    private static bool IsTrusted(
        object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        ExpectedParty expected = new("the server", IsServer: true) { Name = ((SslStream)sender).TargetHostName };
        return CertificateCheck.Judge(expected, shown as X509Certificate2, chain, errors) is null;
    }
}
