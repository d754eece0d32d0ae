using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Updates.Client.Exchange;

/// <summary>
/// Who may be an update server: one of the system's authorities has signed its certificate, or one of the file that the
/// operator named. Hosting adapts the node's certificates to it.
/// </summary>
public interface IServerTrust
{
    /// <summary>How chains are built, from the files as they are now.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    X509ChainPolicy Policy();

    /// <summary>What is wrong with the certificate that a host shows, one line; null if nothing is.</summary>
    string? Judge(string host, X509Certificate2? shown, X509Chain? chain, SslPolicyErrors errors);
}
