using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Api.Client;

/// <summary>
/// What a client shows and trusts over TLS, read from PEM files, and again for a new connection once they have changed:
/// a watch outlives its certificate. Any thread.
/// </summary>
internal sealed class ClientCertificates
{
    private readonly ClientOptions _options;
    private readonly Lock _gate = new(); // _set, _stamps
    private Set _set;
    private (DateTime, DateTime, DateTime) _stamps;

    private ClientCertificates(ClientOptions options)
    {
        _options = options;
        _stamps = Stamps();
        _set = Read(options);
    }

    /// <summary>Reads the files that the options name.</summary>
    /// <exception cref="ClientConfigurationException">
    /// A file is missing, unreadable, or no PEM of that kind.
    /// </exception>
    public static ClientCertificates Load(ClientOptions options)
    {
        if (options.CertFile is null != options.KeyFile is null)
        {
            throw new ClientConfigurationException(options.CertFile is null
                ? $"the key {options.KeyFile} needs its certificate too (--cert)"
                : $"the certificate {options.CertFile} needs its key too (--key)");
        }

        return new ClientCertificates(options);
    }

    /// <summary>The newest set; files that cannot be used any more change nothing.</summary>
    public (SslStreamCertificateContext? Own, X509Certificate2Collection? Authorities) Newest()
    {
        (DateTime, DateTime, DateTime) stamps = Stamps();
        lock (_gate)
        {
            if (stamps != _stamps)
            {
                try
                {
                    _set = Read(_options);
                    _stamps = stamps;
                }
                catch (ClientConfigurationException)
                {
                    // Half replaced, perhaps: the next connection looks again.
                }
            }

            return (_set.Own, _set.Authorities);
        }
    }

    private static Set Read(ClientOptions options)
    {
        X509Certificate2Collection? authorities = options.CaFile is { } ca
            ? Guarded($"cannot read the CA certificates in {ca}", () => PemText.ReadCertificates(ca))
            : null;
        if (options.CertFile is not { } certFile || options.KeyFile is not { } keyFile)
            return new Set(null, authorities);
        return Guarded($"cannot use the client certificate {certFile} with the key {keyFile}", () =>
        {
            X509Certificate2Collection chain = PemText.ReadCertificates(certFile);
            X509Certificate2 own = PemText.WithKey(chain[0], certFile, keyFile);
            chain.RemoveAt(0);
            return new Set(SslStreamCertificateContext.Create(own, chain, offline: true), authorities);
        });
    }

    private static T Guarded<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClientConfigurationException($"{what}: {fault.Message}", fault);
        }
    }

    private (DateTime, DateTime, DateTime) Stamps() =>
        (Stamp(_options.CaFile), Stamp(_options.CertFile), Stamp(_options.KeyFile));

    private static DateTime Stamp(string? file) => file is null ? default : File.GetLastWriteTimeUtc(file);

    private sealed record Set(SslStreamCertificateContext? Own, X509Certificate2Collection? Authorities);
}
