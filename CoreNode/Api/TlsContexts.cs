using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;
using CoreNode.Platform.Tls;

namespace CoreNode.Api;

/// <summary>
/// What TLS connections share, made anew when the certificates were replaced: present connections stay with what they
/// began with. Any thread.
/// </summary>
internal sealed class TlsContexts(ICertificateSource source) : IDisposable
{
    private readonly Lock _gate = new(); // _certificates, _context
    private TlsCertificates? _certificates;
    private TlsServerContext? _context;

    /// <summary>A session with the newest certificates, and those.</summary>
    /// <exception cref="TlsFailureException">They cannot be used.</exception>
    public (TlsSession Session, TlsCertificates Certificates) Begin()
    {
        TlsCertificates newest = source.Current;
        lock (_gate)
        {
            if (_context is null || !ReferenceEquals(newest, _certificates))
            {
                TlsServerContext made = Make(newest);
                _context?.Dispose();
                _context = made;
                _certificates = newest;
            }

            return (new TlsSession(_context), newest);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _context?.Dispose();
    }

    private static TlsServerContext Make(TlsCertificates certificates)
    {
        X509Certificate2 own = certificates.Own.TargetCertificate;
        byte[] key = Key(own);
        try
        {
            return new TlsServerContext(
                [own.RawData, .. certificates.Own.IntermediateCertificates.Select(static c => c.RawData)],
                key,
                certificates.Authorities is { } authorities ? [.. authorities.Select(static c => c.RawData)] : null,
                certificates.RequiresClientCertificate);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Key(X509Certificate2 certificate)
    {
        using ECDsa? curve = certificate.GetECDsaPrivateKey();
        if (curve is not null)
            return curve.ExportPkcs8PrivateKey();
        using RSA? rsa = certificate.GetRSAPrivateKey();
        return rsa?.ExportPkcs8PrivateKey()
            ?? throw new TlsFailureException($"the key of {certificate.Subject} is neither ECDSA nor RSA");
    }
}
