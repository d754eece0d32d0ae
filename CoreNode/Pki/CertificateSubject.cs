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

    /// <summary>All organisations.</summary>
    public static IReadOnlyList<string> Organisations(X509Certificate2 certificate) =>
    [
        .. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(static part => !part.HasMultipleElements && part.GetSingleElementType().Value == OrganisationOid)
            .Select(static part => part.GetSingleElementValue() ?? ""),
    ];

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
