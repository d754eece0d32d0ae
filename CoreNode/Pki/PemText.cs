using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Pki;

/// <summary>
/// Certificates and keys out of PEM files. What is wrong is an <see cref="IOException"/> that names the file.
/// </summary>
internal static class PemText
{
    private const string RsaKeys = "1.2.840.113549.1.1.1";
    private const string EllipticKeys = "1.2.840.10045.2.1";

    /// <summary>All certificates of a file, at least one, in its order.</summary>
    public static X509Certificate2Collection ReadCertificates(string file)
    {
        X509Certificate2Collection found = [];
        try
        {
            found.ImportFromPem(Read(file));
        }
        catch (CryptographicException fault)
        {
            throw new IOException($"{file} holds a certificate that cannot be read: {fault.Message}", fault);
        }

        return found.Count > 0 ? found : throw new IOException(
            $"{file} holds no PEM certificate (-----BEGIN CERTIFICATE-----)");
    }

    /// <summary>The certificate with its key, which must be the certificate's.</summary>
    public static X509Certificate2 WithKey(X509Certificate2 certificate, string certificateFile, string keyFile)
    {
        string text = Read(keyFile);
        if (text.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new IOException(
                $"{keyFile} is encrypted: a node cannot ask for its password; write it without one "
                + $"(openssl pkey -in {keyFile} -out KEY) and keep others from reading it");
        }

        if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new IOException($"{keyFile} holds no PEM key (-----BEGIN PRIVATE KEY-----)");
        string kind = certificate.GetKeyAlgorithm();
        try
        {
            return kind switch
            {
                RsaKeys => WithRsaKey(certificate, text),
                EllipticKeys => WithEllipticKey(certificate, text),
                _ => throw new IOException(
                    $"{certificateFile} has a key of the kind {kind}; only RSA and ECDSA are spoken (Ed25519 is not)"),
            };
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            // Of another kind than the certificate's, or damaged: told apart by trying the other kind.
            throw new IOException(
                IsReadable(text)
                    ? $"the key in {keyFile} does not belong to the certificate in {certificateFile}"
                    : $"{keyFile} holds a key that cannot be read: {fault.Message}",
                fault);
        }
    }

    /// <summary>True if the key in that file is the certificate's.</summary>
    public static bool Fits(X509Certificate2 certificate, string keyFile)
    {
        string text = Read(keyFile);
        ReadOnlySpan<byte> wanted = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        using RSA rsa = RSA.Create();
        using ECDsa elliptic = ECDsa.Create();
        return (Imports(elliptic, text) && wanted.SequenceEqual(elliptic.ExportSubjectPublicKeyInfo()))
            || (Imports(rsa, text) && wanted.SequenceEqual(rsa.ExportSubjectPublicKeyInfo()));
    }

    private static string Read(string file) => Encoding.Latin1.GetString(SmallFiles.Read(file));

    private static X509Certificate2 WithRsaKey(X509Certificate2 certificate, string text)
    {
        using RSA key = RSA.Create();
        key.ImportFromPem(text);
        return certificate.CopyWithPrivateKey(Checked(certificate, key));
    }

    private static X509Certificate2 WithEllipticKey(X509Certificate2 certificate, string text)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(text);
        return certificate.CopyWithPrivateKey(Checked(certificate, key));
    }

    private static TKey Checked<TKey>(X509Certificate2 certificate, TKey key)
        where TKey : AsymmetricAlgorithm =>
        key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo())
            ? key
            : throw new CryptographicException("another key");

    private static bool IsReadable(string text)
    {
        using RSA rsa = RSA.Create();
        using ECDsa elliptic = ECDsa.Create();
        return Imports(rsa, text) || Imports(elliptic, text);
    }

    private static bool Imports(AsymmetricAlgorithm key, string text)
    {
        try
        {
            key.ImportFromPem(text);
            return true;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
