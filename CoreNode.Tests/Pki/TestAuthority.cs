using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;

namespace CoreNode.Tests.Pki;

/// <summary>A certificate authority of one test; its keys are small and new each time.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "test CA")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>The authority's own certificate.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>A certificate for servers and clients with its key, for those names and addresses.</summary>
    public X509Certificate2 Issue(
        string name, string[] names, TimeSpan? validFrom = null, TimeSpan? validTo = null, string? organisation = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string subject = organisation is null ? $"CN={name}" : $"O={organisation}, CN={name}";
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string one in names)
        {
            if (IPAddress.TryParse(one, out IPAddress? address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(one);
        }

        if (names.Length > 0)
            request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            _certificate, true, false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        byte[] serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7F;
        using X509Certificate2 bare = request.Create(
            _certificate, now + (validFrom ?? TimeSpan.FromDays(-1)), now + (validTo ?? TimeSpan.FromDays(10)), serial);
        return bare.CopyWithPrivateKey(key);
    }

    /// <summary>Certificates that show <paramref name="own"/> and trust this authority.</summary>
    public TlsCertificates Trusting(X509Certificate2 own, bool requiresClientCertificate = true) => new(
        SslStreamCertificateContext.Create(own, null, offline: true),
        [X509CertificateLoader.LoadCertificate(_certificate.RawData)],
        requiresClientCertificate);

    /// <summary>Writes NAME.crt and NAME.key into the folder, each at once as a careful administrator would.</summary>
    public void Write(string folder, string name, params string[] names)
    {
        using X509Certificate2 certificate = Issue(name, names);
        Write(folder, name, certificate);
    }

    /// <summary>Writes a certificate with its key.</summary>
    public static void Write(string folder, string name, X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        WriteAtOnce(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        WriteAtOnce(Path.Combine(folder, name + ".crt"), certificate.ExportCertificatePem());
    }

    /// <summary>Writes the authority's own certificate as NAME.crt.</summary>
    public string WriteCa(string folder, string name = "ca")
    {
        string path = Path.Combine(folder, name + ".crt");
        WriteAtOnce(path, Pem);
        return path;
    }

    public void Dispose() => _certificate.Dispose();

    private static void WriteAtOnce(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
