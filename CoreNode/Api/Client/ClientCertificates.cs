using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Api.Client;

/// <summary>What a client shows and trusts over TLS, read from PEM files.</summary>
internal sealed record ClientCertificates(X509CertificateCollection? Own, X509Certificate2Collection? Authorities)
{
    /// <summary>Reads the files that the options name; null if they name none.</summary>
    /// <exception cref="ClientConfigurationException">
    /// A file is missing, unreadable, or no PEM of that kind.
    /// </exception>
    public static ClientCertificates? Load(ClientOptions options)
    {
        if (options.CertFile is null != options.KeyFile is null)
        {
            throw new ClientConfigurationException(options.CertFile is null
                ? $"the key {options.KeyFile} needs its certificate too (--cert)"
                : $"the certificate {options.CertFile} needs its key too (--key)");
        }

        if (options.CaFile is null && options.CertFile is null)
            return null;
        X509Certificate2Collection? authorities = options.CaFile is null ? null : LoadAuthorities(options.CaFile);
        return new ClientCertificates(
            options.CertFile is null ? null : LoadOwn(options.CertFile, options.KeyFile!), authorities);
    }

    private static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception fault) when (IsFileFault(fault))
        {
            throw new ClientConfigurationException(
                $"cannot read the CA certificates in {file}: {fault.Message}", fault);
        }

        if (authorities.Count == 0)
            throw new ClientConfigurationException($"{file} holds no PEM certificate");
        return authorities;
    }

    private static X509CertificateCollection LoadOwn(string certFile, string keyFile)
    {
        try
        {
            return [X509Certificate2.CreateFromPemFile(certFile, keyFile)];
        }
        catch (Exception fault) when (IsFileFault(fault))
        {
            throw new ClientConfigurationException(
                $"cannot use the client certificate {certFile} with the key {keyFile}: {fault.Message}", fault);
        }
    }

    private static bool IsFileFault(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or CryptographicException;
}
