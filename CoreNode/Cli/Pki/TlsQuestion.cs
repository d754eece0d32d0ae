namespace CoreNode.Cli.Pki;

/// <summary>Whom to look at, and with what.</summary>
/// <param name="Url">An https URL of a node.</param>
/// <param name="CaFile">CAs that may have signed what it shows; null: the system's.</param>
/// <param name="CertFile">Own certificate to show; null for none.</param>
/// <param name="KeyFile">Its key.</param>
/// <param name="Timeout">Longest wait.</param>
public sealed record TlsQuestion(Uri Url, string? CaFile, string? CertFile, string? KeyFile, TimeSpan Timeout);
