using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Pki;

/// <summary>Log lines about certificates in use.</summary>
internal static partial class PkiLog
{
    [LoggerMessage(EventIds.Pki + 1, LogLevel.Information,
        "new certificate from {File}: {Subject}, valid until {Expires}; connections that are open stay")]
    internal static partial void CertificatesReloaded(
        this ILogger logger, string file, string subject, string expires);

    [LoggerMessage(EventIds.Pki + 2, LogLevel.Error,
        "changed certificate files are not used: {Reason}. The certificate before stays in use: {Subject}, valid until "
        + "{Expires}")]
    internal static partial void CertificatesNotReloaded(
        this ILogger logger, string reason, string subject, string expires);

    [LoggerMessage(EventIds.Pki + 3, LogLevel.Warning,
        "{File}: {Subject} expires on {Expires}; renew it (`corenode doctor` says how)")]
    internal static partial void CertificateEnds(this ILogger logger, string file, string subject, string expires);
}
