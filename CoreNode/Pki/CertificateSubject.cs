using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>Whom a certificate names in its subject; of several names the last, as in Go.</summary>
public static class CertificateSubject
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganisationOid = "2.5.4.10";

    /// <summary>The common name; empty if it has none.</summary>
    public static string CommonName(X509Certificate2 certificate) => Part(certificate, CommonNameOid);

    /// <summary>The organisation; empty if it has none.</summary>
    public static string Organisation(X509Certificate2 certificate) => Part(certificate, OrganisationOid);

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

    private static string Text(AsnReader value) => value.PeekTag() is { TagClass: TagClass.Universal } tag
        && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
            or UniversalTagNumber.T61String or UniversalTagNumber.BMPString or UniversalTagNumber.IA5String
            ? value.ReadCharacterString((UniversalTagNumber)value.PeekTag().TagValue)
            : Convert.ToHexString(value.ReadEncodedValue().Span);

    private static string Part(X509Certificate2 certificate, string oid)
    {
        // From the last to the first.
        foreach (X500RelativeDistinguishedName part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == oid)
                return part.GetSingleElementValue() ?? "";
        }

        return "";
    }
}
