using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Api.Relay;

/// <summary>
/// Connects over TCP, with TLS where a member's client URL is https: it shows this node's own certificate and believes
/// the authorities of --trusted-ca-file, or the system's without one. Certificates are looked up at each handshake, so
/// renewed ones serve the next connection.
/// </summary>
internal sealed class UpstreamConnector(RelayOptions options, ICertificateSource? certificates)
{
    // A member that lost power is noticed on a watch that is silent for days.
    private const int KeepAliveSeconds = 15;

    /// <summary>Connects, with TLS where the address says so, within a bounded time.</summary>
    /// <exception cref="IOException">Nobody answers there, or not as it should; the message says why.</exception>
    public async ValueTask<UpstreamConnection> ConnectAsync(UpstreamAddress address, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(options.ConnectTimeout);
        try
        {
            Socket socket = await ConnectSocketAsync(address, deadline.Token);
            return new UpstreamConnection(
                socket, address.IsTls ? await SecureAsync(socket, address, deadline.Token) : null);
        }
        catch (Exception fault) when (UpstreamFaults.IsOutside(fault))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new IOException(UpstreamFaults.Reason(fault), fault);
        }
    }

    private static async ValueTask<Socket> ConnectSocketAsync(UpstreamAddress address, CancellationToken cancellation)
    {
        Exception? last = null;
        foreach (IPAddress ip in await address.ResolveAsync(cancellation))
        {
            Socket socket = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(ip, address.Port), cancellation);
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
                return socket;
            }
            catch (Exception fault) when (UpstreamFaults.IsOutside(fault))
            {
                socket.Dispose();
                last = fault;
                if (fault is OperationCanceledException)
                    throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async ValueTask<SslStream> SecureAsync(
        Socket socket, UpstreamAddress address, CancellationToken cancellation)
    {
        TlsCertificates? own = certificates?.Current;
        ExpectedParty expected = new($"https://{address.Host}:{address.Port}", IsServer: true) { Name = address.Host };
        string? problem = null;
        SslClientAuthenticationOptions settings = new()
        {
            TargetHost = address.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateContext = own?.Own,
            CertificateChainPolicy = CertificateCheck.Policy(own?.Authorities),
            RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
                (problem = CertificateCheck.Judge(expected, shown as X509Certificate2, chain, errors)) is null,
        };

        SslStream stream = new(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(settings, cancellation);
            return stream;
        }
        catch (Exception fault)
        {
            await stream.DisposeAsync();
            if (problem is not null)
                throw new IOException(problem, fault);
            throw;
        }
    }
}
