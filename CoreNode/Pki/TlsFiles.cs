namespace CoreNode.Pki;

/// <summary>Where the certificates of one kind of listener are, all PEM; names as etcd's flags.</summary>
/// <param name="CertFile">Own certificate, intermediates after it.</param>
/// <param name="KeyFile">Its key.</param>
/// <param name="TrustedCaFile">
/// CAs of the other side's certificates; null for the system's, and to ask for none.
/// </param>
/// <param name="RequiresClientCertificate">
/// Who connects must show a certificate of those CAs. As in etcd, naming CAs means it, too.
/// </param>
public sealed record TlsFiles(
    string CertFile, string KeyFile, string? TrustedCaFile, bool RequiresClientCertificate);
