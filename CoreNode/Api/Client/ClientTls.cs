using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Api.Client;

/// <summary>The client's side of a TLS handshake, by the same rules as the nodes' own.</summary>
internal static class ClientTls
{
    /// <summary>Encrypts a connection to an https endpoint; disposes the socket if that fails.</summary>
    /// <exception cref="AuthenticationException">The message says what is wrong with the node's certificate.</exception>
    public static async Task<Stream> SecureAsync(
        Socket socket, ClientEndpoint endpoint, ClientCertificates certificates, string authoritiesFlag,
        CancellationToken cancellation)
    {
        (SslStreamCertificateContext? own, X509Certificate2Collection? authorities) = certificates.Newest();
        string host = endpoint.BaseUri.Host.Trim('[', ']');
        ExpectedParty expected = new("the node", IsServer: true) { Name = host, AuthoritiesFlag = authoritiesFlag };
        string? fault = null;
        SslStream tls = new(new NetworkStream(socket, ownsSocket: true));
        try
        {
            SslClientAuthenticationOptions options = new()
            {
                TargetHost = host,
                ClientCertificateContext = own,
                CertificateChainPolicy = CertificateCheck.Policy(authorities),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                AllowRenegotiation = false,
                RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
                {
                    fault = CertificateCheck.Judge(expected, shown as X509Certificate2, chain, errors);
                    return fault is null;
                },
            };
            await tls.AuthenticateAsClientAsync(options, cancellation);
            return tls;
        }
        catch (AuthenticationException) when (fault is not null)
        {
            await tls.DisposeAsync();
            throw new AuthenticationException(fault);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}
