using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>
/// The subject of our certificates: CN is the name, O says what it is for. Whoever checks certificates relies on it.
/// Of several values the last counts, as in Go.
/// </summary>
public static class CertificateSubject
{
    /// <summary>Organisation of nodes.</summary>
    public const string Members = "corenode:members";

    /// <summary>Organisation of who may administer machines.</summary>
    public const string Admins = "corenode:admins";

    /// <summary>Organisation of who uses the store.</summary>
    public const string Clients = "corenode:clients";

    private const string CommonNameOid = "2.5.4.3";
    private const string OrganisationOid = "2.5.4.10";

    /// <summary>The common name; empty if it has none.</summary>
    public static string CommonName(X509Certificate2 certificate) =>
        Parts(certificate.SubjectName, CommonNameOid).LastOrDefault("");

    /// <summary>The organisation; empty if it has none.</summary>
    public static string Organisation(X509Certificate2 certificate) => Organisations(certificate).LastOrDefault("");

    /// <summary>
    /// All organisations, also those that share a part of the name with something else: what a certificate is marked
    /// for must not be hidden by where the mark stands.
    /// </summary>
    public static IReadOnlyList<string> Organisations(X509Certificate2 certificate)
    {
        List<string> organisations = [];
        foreach (X500RelativeDistinguishedName part
            in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            // X.501: a set of pairs of a type and a value.
            AsnReader pairs = new AsnReader(part.RawData, AsnEncodingRules.DER).ReadSetOf();
            while (pairs.HasData)
            {
                AsnReader pair = pairs.ReadSequence();
                if (pair.ReadObjectIdentifier() == OrganisationOid)
                    organisations.Add(Text(pair));
            }
        }

        return organisations;
    }

    /// <summary>Common name and organisation of a subject; empty where it has none.</summary>
    public static (string Name, string Organisation) Read(X500DistinguishedName subject) => (
        Parts(subject, CommonNameOid).LastOrDefault(""), Parts(subject, OrganisationOid).LastOrDefault(""));

    /// <summary>The subject of a certificate of that kind.</summary>
    internal static X500DistinguishedName Make(CertificateKind kind, string name)
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(name);
        if (kind != CertificateKind.Authority)
            subject.AddOrganizationName(OrganisationOf(kind));
        return subject.Build();
    }

    internal static CertificateKind KindOf(string organisation) => organisation switch
    {
        Members => CertificateKind.Member,
        Admins => CertificateKind.Admin,
        Clients => CertificateKind.Client,
        _ => CertificateKind.Other,
    };

    private static string OrganisationOf(CertificateKind kind) => kind switch
    {
        CertificateKind.Member => Members,
        CertificateKind.Admin => Admins,
        CertificateKind.Client => Clients,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "has no organisation"),
    };

    private static string Text(AsnReader value) => value.PeekTag() is { TagClass: TagClass.Universal } tag
        && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
            or UniversalTagNumber.T61String or UniversalTagNumber.BMPString or UniversalTagNumber.IA5String
            ? value.ReadCharacterString((UniversalTagNumber)value.PeekTag().TagValue)
            : Convert.ToHexString(value.ReadEncodedValue().Span);

    private static IEnumerable<string> Parts(X500DistinguishedName subject, string oid) =>
        subject.EnumerateRelativeDistinguishedNames(reversed: false)
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == oid)
            .Select(static part => part.GetSingleElementValue() ?? "");
}
