using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Platform;

namespace CoreNode.Pki;

/// <summary>Looks at certificate files without using them.</summary>
public static class CertificateFile
{
    private const UnixFileMode Strangers =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>All certificates of a PEM file.</summary>
    /// <exception cref="IOException">There are none, or it cannot be read.</exception>
    public static IReadOnlyList<CertificateFacts> Read(string file) =>
        [.. PemText.ReadCertificates(file).Select(CertificateFacts.Of)];

    /// <summary>
    /// What is wrong with a certificate in view of its key and CA, in one line; null if nothing is. Its dates are left
    /// to who asks.
    /// </summary>
    /// <param name="certFile">The certificate, intermediates after it.</param>
    /// <param name="keyFile">Its key; null to leave that out.</param>
    /// <param name="caFile">The CAs of which one must have signed it; null to leave that out.</param>
    /// <param name="now">The time.</param>
    public static string? Judge(string certFile, string? keyFile, string? caFile, DateTimeOffset now)
    {
        try
        {
            X509Certificate2Collection own = PemText.ReadCertificates(certFile);
            if (keyFile is not null)
            {
                using X509Certificate2 whole = PemText.WithKey(own[0], certFile, keyFile);
                if (FileStamp.Of(keyFile) is { } stamp && (stamp.Mode & Strangers) != 0)
                {
                    string mode = Convert.ToString((int)stamp.Mode, 8);
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"the key {keyFile} is open to other users (mode {mode}): chmod 600 {keyFile}");
                }
            }

            return caFile is null ? null : JudgeSignature(certFile, caFile, own, now);
        }
        catch (IOException fault)
        {
            return fault.Message;
        }
    }

    private static string? JudgeSignature(
        string certFile, string caFile, X509Certificate2Collection own, DateTimeOffset now)
    {
        X509Certificate2 first = own[0];
        // Dates are told by themselves: here the signature counts, at a time when the certificate was valid.
        DateTimeOffset begins = first.NotBefore.ToUniversalTime();
        DateTimeOffset ends = first.NotAfter.ToUniversalTime();
        DateTimeOffset moment = now <= begins ? begins.AddSeconds(1) : now >= ends ? ends.AddSeconds(-1) : now;
        ExpectedParty party = new(certFile, IsServer: false) { AuthoritiesFlag = caFile };
        return CertificateCheck.Judge(party, first, own, PemText.ReadCertificates(caFile), moment) is not { } complaint
            ? null
            : complaint.Replace(" shows a certificate (", " holds a certificate (", StringComparison.Ordinal);
    }
}
