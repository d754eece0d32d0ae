namespace CoreNode.Cli.Pki;

/// <summary>What a server shows.</summary>
/// <param name="Certificate">Its certificate; null if it showed none.</param>
/// <param name="Complaint">Why it is not accepted, or why it was not seen; null if all is well.</param>
public sealed record ShownCertificate(CertificateRecord? Certificate, string? Complaint);
