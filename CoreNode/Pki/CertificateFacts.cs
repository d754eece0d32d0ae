using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>What people and programs want to know of a certificate.</summary>
public sealed record CertificateFacts
{
    // A leaf is made again within minutes; a new CA has to reach every machine before it signs anything.
    private static readonly TimeSpan s_leafNotice = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_authorityNotice = TimeSpan.FromDays(365);

    /// <summary>What it was made for.</summary>
    public required CertificateKind Kind { get; init; }

    /// <summary>Common name; the serial number if it has none.</summary>
    public required string Name { get; init; }

    /// <summary>Whole subject: "CN=a, O=corenode:members".</summary>
    public required string Subject { get; init; }

    /// <summary>Whole subject of who signed it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Hexadecimal.</summary>
    public required string Serial { get; init; }

    /// <summary>Host names and addresses that it stands for.</summary>
    public required IReadOnlyList<string> Sans { get; init; }

    /// <summary>Valid from then on.</summary>
    public required DateTimeOffset Begins { get; init; }

    /// <summary>Valid until then.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>
    /// From then on it should be renewed: 30 days before it expires (a CA: a year), for short lives at the last third.
    /// </summary>
    public DateTimeOffset RenewFrom
    {
        get
        {
            TimeSpan third = (Expires - Begins) / 3;
            TimeSpan notice = Kind == CertificateKind.Authority ? s_authorityNotice : s_leafNotice;
            return Expires - (third < notice ? third : notice);
        }
    }

    /// <summary>Reads a certificate.</summary>
    public static CertificateFacts Of(X509Certificate2 certificate)
    {
        string name = CertificateSubject.CommonName(certificate);
        bool isAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>()
            .Any(static constraints => constraints.CertificateAuthority);
        return new CertificateFacts
        {
            Kind = isAuthority
                ? CertificateKind.Authority
                : CertificateKinds.Of(CertificateSubject.Organisation(certificate)),
            Name = name.Length > 0 ? name : certificate.SerialNumber,
            Subject = CertificateCheck.Name(certificate),
            Issuer = certificate.Issuer,
            Serial = certificate.SerialNumber,
            Sans =
            [
                .. CertificateNames.DnsNames(certificate),
                .. CertificateNames.Addresses(certificate).Select(static a => a.ToString()),
            ],
            Begins = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            Expires = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
        };
    }
}
