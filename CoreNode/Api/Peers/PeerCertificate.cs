using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Api.Peers;

/// <summary>Whom the verified certificate of the other side names.</summary>
/// <param name="Name">Its common name; empty if it has none.</param>
/// <param name="Organisation">Its organisation; empty if it has none.</param>
internal sealed record PeerCertificate(string Name, string Organisation)
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganisationOid = "2.5.4.10";

    /// <summary>Reads the subject.</summary>
    public static PeerCertificate Of(X509Certificate2 certificate) =>
        new(Part(certificate.SubjectName, CommonNameOid), Part(certificate.SubjectName, OrganisationOid));

    private static string Part(X500DistinguishedName subject, string oid)
    {
        foreach (X500RelativeDistinguishedName part in subject.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == oid)
                return part.GetSingleElementValue() ?? "";
        }

        return "";
    }
}
