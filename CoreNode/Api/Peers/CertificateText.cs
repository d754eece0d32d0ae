using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Api.Peers;

/// <summary>Why a certificate was not accepted, in one line.</summary>
internal static class CertificateText
{
    /// <summary>Says what is wrong with it.</summary>
    public static string Fault(
        X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors, string? wanted, DateTimeOffset now)
    {
        string who = $"its certificate ({certificate.Subject})";
        if (certificate.NotAfter.ToUniversalTime() < now)
            return $"{who} expired on {Day(certificate.NotAfter)}";
        if (certificate.NotBefore.ToUniversalTime() > now)
            return $"{who} is not valid before {Day(certificate.NotBefore)}";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            string reasons = string.Join(", ", chain?.ChainStatus.Select(static s => s.Status.ToString()) ?? []);
            return $"{who}, signed by {certificate.Issuer}, is not trusted: {reasons}";
        }

        return $"{who} is for {string.Join(", ", Names(certificate))}, not for {wanted}";
    }

    private static List<string> Names(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (X509SubjectAlternativeNameExtension extension
            in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            names.AddRange(extension.EnumerateDnsNames());
            names.AddRange(extension.EnumerateIPAddresses().Select(static (IPAddress a) => a.ToString()));
        }

        return names.Count > 0 ? names : ["no name (no subject alternative names)"];
    }

    private static string Day(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
