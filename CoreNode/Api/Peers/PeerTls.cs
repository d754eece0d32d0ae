using System.Net.Security;
using System.Security.Authentication;
using CoreNode.Pki;

namespace CoreNode.Api.Peers;

/// <summary>
/// TLS between members: both sides show the same kind of certificate, looked up anew for each connection. Who cannot
/// show a good one never gets to say a hello. Connections are long and few, so none is resumed from an earlier one:
/// each proves both certificates. No closing alert is sent: every frame has its length and checksum, and what must not
/// be cut short unnoticed has an end of its own. Any thread.
/// </summary>
internal static class PeerTls
{
    private const string AuthoritiesFlag = "--peer-trusted-ca-file";
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    // A fatal alert, "protocol version": what a member that speaks no TLS is told, and knows.
    private static readonly byte[] s_alert = [21, 3, 1, 0, 2, 2, 70];

    /// <summary>True if the bytes are the beginning of an alert, which no answer to a hello can begin with.</summary>
    public static bool IsAlert(ReadOnlySpan<byte> bytes) => bytes is [21, 3, <= 4, ..];

    /// <summary>True if the bytes begin a TLS handshake.</summary>
    public static bool IsHandshake(ReadOnlySpan<byte> bytes) => bytes is [22, 3, <= 4, ..];

    /// <summary>The accepting side's handshake.</summary>
    /// <exception cref="PeerProtocolException">It failed; the message says why.</exception>
    public static async Task AcceptAsync(PeerLink link, PeerContext context, CancellationToken cancellation)
    {
        TlsCertificates certificates = context.Options.Certificates?.Current
            ?? throw new InvalidOperationException("an https listener has no certificates");
        PeerVerdict verdict = new(new ExpectedParty(link.Remote.ToString() ?? "", IsServer: false)
        {
            MustShow = certificates.RequiresClientCertificate,
            AuthoritiesFlag = AuthoritiesFlag,
        });
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = certificates.Own,
            ClientCertificateRequired = certificates.RequiresClientCertificate,
            CertificateChainPolicy = CertificateCheck.Policy(certificates.Authorities),
            RemoteCertificateValidationCallback = verdict.Judge,
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
        SslStream tls = link.BeginTls();
        try
        {
            await tls.AuthenticateAsServerAsync(options, cancellation);
            link.EndHandshake(verdict.Certificate);
        }
        catch (PeerProtocolException)
        {
            await link.SendPlainAsync(s_alert, cancellation);
            throw;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw Failure(verdict, e);
        }
    }

    /// <summary>The dialling side's handshake.</summary>
    /// <exception cref="PeerProtocolException">It failed; the message says why.</exception>
    public static async Task DialAsync(PeerLink link, Uri url, PeerContext context, CancellationToken cancellation)
    {
        TlsCertificates? certificates = context.Options.Certificates?.Current;
        string host = url.Host.Trim('[', ']');
        PeerVerdict verdict = new(new ExpectedParty(url.GetLeftPart(UriPartial.Authority), IsServer: true)
        {
            Name = host,
            AuthoritiesFlag = AuthoritiesFlag,
        });
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = host,
            ClientCertificateContext = certificates?.Own,
            CertificateChainPolicy = CertificateCheck.Policy(certificates?.Authorities),
            RemoteCertificateValidationCallback = verdict.Judge,
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
        SslStream tls = link.BeginTls();
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellation);
            link.EndHandshake(verdict.Certificate);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw Failure(verdict, e);
        }
    }

    /// <summary>What a failed read after the handshake means: the other side looks at certificates last.</summary>
    public static string AfterHandshake(Exception e) =>
        $"it closed the connection after the TLS handshake ({Innermost(e)}): it may not accept this member's "
        + "certificate; its log says why";

    private static PeerProtocolException Failure(PeerVerdict verdict, Exception e) => new(
        verdict.Fault is null ? ProtocolFault.Handshake : ProtocolFault.Certificate,
        verdict.Fault ?? $"the TLS handshake failed: {Innermost(e)}");

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message.TrimEnd('.');
    }
}
