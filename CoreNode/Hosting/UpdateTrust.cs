using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;
using CoreNode.Updates.Client.Exchange;

namespace CoreNode.Hosting;

/// <summary>
/// Update servers are judged by the same rules as all others; with a file of authorities only what those have signed.
/// </summary>
/// <param name="caFile">File of authorities; null for the system's.</param>
/// <param name="name">What names that file, for messages: a flag or a key.</param>
internal sealed class UpdateTrust(string? caFile, string name) : IServerTrust
{
    public X509ChainPolicy Policy() =>
        CertificateCheck.Policy(caFile is null ? null : PemText.ReadCertificates(caFile));

    public string? Judge(string host, X509Certificate2? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        ExpectedParty expected = new("the update server", IsServer: true) { Name = host, AuthoritiesFlag = name };
        return CertificateCheck.Judge(expected, shown, chain, errors);
    }
}
