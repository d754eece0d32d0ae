using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>
/// The subject of our certificates: CN is the name, O says what it is for. Whoever checks certificates relies on it.
/// </summary>
public static class CertificateKinds
{
    /// <summary>Organisation of nodes.</summary>
    public const string Members = "corenode:members";

    /// <summary>Organisation of who may administer machines.</summary>
    public const string Admins = "corenode:admins";

    /// <summary>Organisation of who uses the store.</summary>
    public const string Clients = "corenode:clients";

    /// <summary>The subject of a certificate of that kind.</summary>
    internal static X500DistinguishedName Subject(CertificateKind kind, string name)
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(name);
        if (kind != CertificateKind.Authority)
            subject.AddOrganizationName(Organisation(kind));
        return subject.Build();
    }

    /// <summary>What an organisation says.</summary>
    internal static CertificateKind Of(string organisation) => organisation switch
    {
        Members => CertificateKind.Member,
        Admins => CertificateKind.Admin,
        Clients => CertificateKind.Client,
        _ => CertificateKind.Other,
    };

    private static string Organisation(CertificateKind kind) => kind switch
    {
        CertificateKind.Member => Members,
        CertificateKind.Admin => Admins,
        CertificateKind.Client => Clients,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "has no organisation"),
    };
}
