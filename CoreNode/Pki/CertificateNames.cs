using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>
/// Names and addresses that a certificate stands for (subject alternative names, RFC 5280 §4.2.1.6), matched as Go
/// matches them: the common name counts for nothing, an address matches addresses only, and a wildcard is one whole
/// label, the first (RFC 6125 §6.4.3).
/// </summary>
internal static class CertificateNames
{
    /// <summary>All names and addresses for people: "a.example, 10.0.0.1".</summary>
    public static string Text(X509Certificate2 certificate)
    {
        string[] all = [.. DnsNames(certificate), .. Addresses(certificate).Select(static a => a.ToString())];
        return all.Length == 0 ? "nothing (it has no subject alternative names)" : string.Join(", ", all);
    }

    /// <summary>True if the certificate stands for that host name or address; brackets of IPv6 may be there.</summary>
    public static bool Matches(X509Certificate2 certificate, string wanted)
    {
        string name = Bare(wanted);
        if (IPAddress.TryParse(name, out IPAddress? address))
            return Addresses(certificate).Any(a => Same(a, address));
        return DnsNames(certificate).Any(pattern => Matches(pattern, name));
    }

    /// <summary>The DNS names, as they stand there.</summary>
    public static IReadOnlyList<string> DnsNames(X509Certificate2 certificate) =>
        Find(certificate) is { } names ? Tolerant(names.EnumerateDnsNames) : [];

    /// <summary>The IP addresses.</summary>
    public static IReadOnlyList<IPAddress> Addresses(X509Certificate2 certificate) =>
        Find(certificate) is { } names ? Tolerant(names.EnumerateIPAddresses) : [];

    internal static bool Matches(string pattern, string name)
    {
        string[] want = Labels(name);
        string[] have = Labels(pattern);
        if (want.Length == 0 || want.Length != have.Length || want.Any(static label => label.Length == 0))
            return false;
        for (int i = 0; i < have.Length; i++)
        {
            bool isWildcard = i == 0 && have.Length > 1 && have[i] == "*";
            if (!isWildcard && !have[i].Equals(want[i], StringComparison.OrdinalIgnoreCase))
                return false;
        }

        // A name that is asked for has no wildcard itself.
        return !name.Contains('*', StringComparison.Ordinal);
    }

    private static string Bare(string wanted)
    {
        string name = wanted.StartsWith('[') && wanted.EndsWith(']') ? wanted[1..^1] : wanted;
        int zone = name.IndexOf('%', StringComparison.Ordinal);
        return zone < 0 ? name : name[..zone];
    }

    private static string[] Labels(string name) => name.Length == 0 ? [] : name.TrimEnd('.').Split('.');

    private static bool Same(IPAddress one, IPAddress other) =>
        one.Equals(other) || one.MapToIPv6().Equals(other.MapToIPv6());

    private static X509SubjectAlternativeNameExtension? Find(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();

    // A stranger's certificate may hold anything: what cannot be read names nobody.
    private static IReadOnlyList<T> Tolerant<T>(Func<IEnumerable<T>> read)
    {
        try
        {
            return [.. read()];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }
}
