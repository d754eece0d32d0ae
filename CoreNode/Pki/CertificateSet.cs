using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>What was read from the files of one <see cref="TlsFiles"/> at one moment.</summary>
/// <param name="Certificates">What connections use.</param>
/// <param name="Name">Subject of the own certificate.</param>
/// <param name="Expires">When the own certificate expires.</param>
/// <param name="RenewFrom">From when on it should be renewed.</param>
internal sealed record CertificateSet(
    TlsCertificates Certificates, string Name, DateTimeOffset Expires, DateTimeOffset RenewFrom)
{
    /// <summary>When the own certificate expires, for people.</summary>
    public string ExpiresText => Moment(Expires);

    /// <summary>Reads all files and holds them against each other.</summary>
    /// <exception cref="IOException">The set cannot be used; one line with flag, file and what to do.</exception>
    public static CertificateSet Read(TlsFiles files, CertificateUse use, DateTimeOffset now)
    {
        X509Certificate2Collection own = Named(
            use.Flag("cert-file"), "make one with `corenode pki issue member`, or name the right file",
            () => PemText.ReadCertificates(files.CertFile));
        X509Certificate2 certificate = Named(
            use.Flag("key-file"), "name the key that was made with the certificate, or issue both again",
            () => PemText.WithKey(own[0], files.CertFile, files.KeyFile));
        CheckDates(files.CertFile, use, certificate, now);
        X509Certificate2Collection? authorities = files.TrustedCaFile is not { } file ? null : Named(
            use.Flag("trusted-ca-file"), "name the file with the CAs of the other side's certificates",
            () => PemText.ReadCertificates(file));
        own.RemoveAt(0);
        SslStreamCertificateContext shown = SslStreamCertificateContext.Create(certificate, own, offline: true);
        CertificateFacts facts = CertificateFacts.Of(certificate);
        return new CertificateSet(
            new TlsCertificates(shown, authorities, files.RequiresClientCertificate || authorities is not null),
            facts.Subject,
            facts.Expires,
            facts.RenewFrom);
    }

    private static T Named<T>(string flag, string advice, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (IOException fault)
        {
            throw new IOException($"{flag}: {fault.Message}: {advice}", fault);
        }
    }

    private static void CheckDates(
        string file, CertificateUse use, X509Certificate2 certificate, DateTimeOffset now)
    {
        DateTimeOffset begins = new(certificate.NotBefore.ToUniversalTime());
        DateTimeOffset ends = new(certificate.NotAfter.ToUniversalTime());
        string flag = use.Flag("cert-file");
        string name = CertificateCheck.Name(certificate);
        if (now >= ends)
        {
            throw new IOException(
                $"{flag}: {file} ({name}) expired on {Moment(ends)}: renew it with `corenode pki issue --renew` where "
                + "the CA's key is; if that date is to come, set the clock");
        }

        if (now < begins)
        {
            throw new IOException(
                $"{flag}: {file} ({name}) is not valid before {Moment(begins)} and it is {Moment(now)} here: set the "
                + "clock, or issue it again");
        }
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
