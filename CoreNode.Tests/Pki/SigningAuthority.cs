using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Tests.Pki;

/// <summary>
/// Makes certificates of every kind, also wrong ones, without the code under test. A CA or an intermediate; P-256.
/// </summary>
internal sealed class SigningAuthority : IDisposable
{
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>The middle of what certificates of these tests are valid for, unless they say otherwise.</summary>
    public static readonly DateTimeOffset Noon = new(2030, 6, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private SigningAuthority(string name, SigningAuthority? parent, bool maySign = true)
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(maySign, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        Certificate = parent is null
            ? request.CreateSelfSigned(Noon.AddYears(-20), Noon.AddYears(20))
            : parent.Sign(request, Noon.AddYears(-20), Noon.AddYears(20));
        Pem = Certificate.ExportCertificatePem() + "\n";
    }

    public X509Certificate2 Certificate { get; }

    public string Pem { get; }

    /// <summary>It alone, as what is trusted.</summary>
    public X509Certificate2Collection Trusted => [Certificate];

    public static SigningAuthority Root(string name = "Test CA") => new(name, null);

    public SigningAuthority Intermediate(string name) => new(name, this);

    /// <summary>A certificate that may not sign others and does.</summary>
    public SigningAuthority Impostor(string name) => new(name, this, maySign: false);

    /// <summary>A certificate with its key, signed here.</summary>
    public SignedCertificate Issue(
        string name,
        string[]? sans = null,
        string[]? uses = null,
        DateTimeOffset? begins = null,
        DateTimeOffset? ends = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        foreach (string san in sans ?? [])
        {
            if (IPAddress.TryParse(san, out IPAddress? address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(san);
        }

        if (sans is { Length: > 0 })
            request.CertificateExtensions.Add(names.Build());
        if (uses is { Length: > 0 })
        {
            OidCollection oids = [];
            foreach (string use in uses)
                oids.Add(new Oid(use));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, false));
        }

        X509Certificate2 made = Sign(request, begins ?? Noon.AddYears(-10), ends ?? Noon.AddYears(10));
        return new SignedCertificate(made, made.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose()
    {
        _key.Dispose();
        Certificate.Dispose();
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset begins, DateTimeOffset ends)
    {
        X509SignatureGenerator generator = X509SignatureGenerator.CreateForECDsa(_key);
        byte[] serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7F;
        return request.Create(Certificate.SubjectName, generator, begins, ends, serial);
    }
}

/// <summary>A certificate and its key as files hold them.</summary>
internal sealed record SignedCertificate(X509Certificate2 Certificate, string Pem, string KeyPem);
