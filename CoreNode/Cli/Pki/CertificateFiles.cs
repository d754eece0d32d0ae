namespace CoreNode.Cli.Pki;

/// <summary>What was made, and where it lies.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="CertFile">Its file.</param>
/// <param name="KeyFile">The file of its key.</param>
/// <param name="CaFile">The file with the certificates of the CA.</param>
public sealed record CertificateFiles(CertificateRecord Certificate, string CertFile, string KeyFile, string CaFile);
