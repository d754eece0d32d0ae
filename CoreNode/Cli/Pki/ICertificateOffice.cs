namespace CoreNode.Cli.Pki;

/// <summary>
/// Work with certificates on this machine and a look at those of others. What goes wrong with files is an
/// <see cref="IOException"/> with one line for people.
/// </summary>
public interface ICertificateOffice
{
    /// <summary>Makes a CA in a folder; <paramref name="lifetime"/> null is the usual time.</summary>
    CertificateFiles MakeAuthority(string folder, string name, TimeSpan? lifetime, bool replaces);

    /// <summary>Makes its successor; the ones before stay trusted. The new one comes first.</summary>
    IReadOnlyList<CertificateFiles> RenewAuthority(string folder, TimeSpan? lifetime);

    /// <summary>Takes the ones before out of what is trusted; gives what stays and what was taken out.</summary>
    (CertificateFiles Stays, IReadOnlyList<CertificateRecord> Retired) RetireAuthorities(string folder);

    /// <summary>Issues a certificate.</summary>
    CertificateFiles Issue(CertificateWish wish);

    /// <summary>All certificates of a PEM file.</summary>
    IReadOnlyList<CertificateRecord> Read(string file);

    /// <summary>
    /// What is wrong with a certificate and its key, and with the key's permissions, in one line; null if nothing is.
    /// <paramref name="keyFile"/> null looks at the certificate only, <paramref name="caFile"/> null at no signature.
    /// </summary>
    string? Judge(string certFile, string? keyFile, string? caFile);

    /// <summary>Connects and looks at what the server shows; never throws for what the other side does.</summary>
    Task<ShownCertificate> LookAsync(TlsQuestion question, CancellationToken cancellation);
}
