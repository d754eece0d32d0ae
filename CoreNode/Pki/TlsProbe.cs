using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>Connects to a server to see what certificate it shows, also one that is not acceptable.</summary>
public sealed class TlsProbe
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _own;
    private readonly TimeProvider _time;

    /// <summary>Reads the files that are named.</summary>
    /// <exception cref="IOException">One cannot be used.</exception>
    public TlsProbe(string? caFile, string? certFile, string? keyFile, TimeProvider time)
    {
        _time = time;
        _authorities = caFile is null ? null : PemText.ReadCertificates(caFile);
        if (certFile is null || keyFile is null)
            return;
        X509Certificate2Collection own = PemText.ReadCertificates(certFile);
        X509Certificate2 first = PemText.WithKey(own[0], certFile, keyFile);
        own.RemoveAt(0);
        _own = SslStreamCertificateContext.Create(first, own, offline: true);
    }

    /// <summary>
    /// What the server shows, and what is wrong with it or with reaching it, in one line (null if nothing is).
    /// </summary>
    public async Task<(CertificateFacts? Seen, string? Complaint)> LookAsync(
        string host, int port, TimeSpan timeout, CancellationToken cancellation)
    {
        string peer = $"{host}:{port}";
        string name = host.Trim('[', ']');
        CertificateFacts? seen = null;
        string? complaint = null;
        using CancellationTokenSource limit = new(timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(name, port, both.Token);
            using SslStream stream = new(new NetworkStream(socket));
            SslClientAuthenticationOptions options = new()
            {
                TargetHost = name,
                ClientCertificateContext = _own,
                CertificateChainPolicy = CertificateCheck.Policy(_authorities),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    ExpectedParty server = new(peer, IsServer: true) { Name = name, AuthoritiesFlag = "--cacert" };
                    var shown = certificate as X509Certificate2;
                    seen = shown is null ? null : CertificateFacts.Of(shown);
                    complaint = CertificateCheck.Judge(server, shown, chain, errors);
                    return complaint is null;
                },
            };
            await stream.AuthenticateAsClientAsync(options, both.Token);
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException or SocketException)
        {
            complaint ??= $"{peer}: TLS failed: {Innermost(fault)}";
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            complaint ??= $"{peer}: no TLS handshake in time";
        }

        return (seen, complaint);
    }

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
            fault = inner;
        return fault.Message.TrimEnd('.');
    }
}
