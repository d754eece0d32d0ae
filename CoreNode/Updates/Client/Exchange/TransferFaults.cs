using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Client.Exchange;

/// <summary>Turns what goes wrong on the way into faults with a code and a line of text. Pure.</summary>
internal static class TransferFaults
{
    /// <summary>kActionCodeDownloadTransferError.</summary>
    public const uint PayloadTransfer = 9;

    /// <summary>kActionCodePayloadSizeMismatchError.</summary>
    public const uint PayloadSize = 11;

    /// <summary>kActionCodeDownloadInvalidMetadataMagicString.</summary>
    public const uint PayloadMagic = 21;

    /// <summary>A fault without an answer.</summary>
    public static TransferFault NoAnswer(TransferPurpose purpose, TransferFaultKind kind, Uri at, string what) =>
        new(kind, CodeOf(purpose, 0), $"{Place(purpose, at)}: {what}");

    /// <summary>What an exception of the HTTP client says.</summary>
    /// <param name="purpose">What the transfer is for.</param>
    /// <param name="at">Where it went.</param>
    /// <param name="fault">What was thrown.</param>
    /// <param name="tlsComplaint">What is wrong with the certificate, if that was seen.</param>
    public static TransferFault Of(TransferPurpose purpose, Uri at, Exception fault, string? tlsComplaint)
    {
        HttpRequestError error = fault switch
        {
            HttpRequestException request => request.HttpRequestError,
            HttpIOException broken => broken.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        string detail = ForeignWords.Shown(Innermost(fault));
        (TransferFaultKind kind, string what) = error switch
        {
            _ when tlsComplaint is not null => (TransferFaultKind.Tls, tlsComplaint),
            HttpRequestError.NameResolutionError => (
                TransferFaultKind.Resolve, $"its name cannot be resolved: {detail}"),
            HttpRequestError.ConnectionError => (TransferFaultKind.Connect, $"no connection: {detail}"),
            HttpRequestError.SecureConnectionError => (TransferFaultKind.Tls, $"TLS failed: {detail}"),
            HttpRequestError.ProxyTunnelError => (TransferFaultKind.Proxy, $"the proxy refused: {detail}"),
            HttpRequestError.InvalidResponse => (TransferFaultKind.Broken, $"it does not speak HTTP: {detail}"),
            HttpRequestError.ResponseEnded => (
                TransferFaultKind.Broken, "the connection ended before the whole answer was there"),
            _ => (TransferFaultKind.Broken, $"the connection broke: {detail}"),
        };
        return NoAnswer(purpose, kind, at, what);
    }

    /// <summary>An answer that is no success.</summary>
    public static TransferFault Status(
        TransferPurpose purpose, Uri at, HttpStatusCode status, RetryConditionHeaderValue? retry, DateTimeOffset now)
    {
        string what = string.Create(
            CultureInfo.InvariantCulture,
            $"{Place(purpose, at)} answered {(int)status}{Meaning(purpose, status)}");
        return new TransferFault(TransferFaultKind.Status, CodeOf(purpose, (int)status), what)
        {
            Status = (int)status,
            RetryAfter = retry?.Delta ?? (retry?.Date is { } date && date > now ? date - now : null),
        };
    }

    /// <summary>A redirect that is not followed.</summary>
    public static TransferFault Redirect(TransferPurpose purpose, Uri at, HttpStatusCode status, string why) => new(
        TransferFaultKind.Redirect, CodeOf(purpose, (int)status), $"{Place(purpose, at)} redirects {why}");

    /// <summary>
    /// A URL for messages. A query may hold a secret, and so may the path of an Omaha server: Nebraska's do.
    /// </summary>
    public static string Place(TransferPurpose purpose, Uri at) => at.GetLeftPart(
        purpose == TransferPurpose.Omaha ? UriPartial.Authority : UriPartial.Path);

    private static uint CodeOf(TransferPurpose purpose, int status) => purpose == TransferPurpose.Payload
        ? PayloadTransfer
        : status is >= 0 and < 1000 ? OmahaFault.HttpBase + (uint)status : OmahaFault.HttpLast;

    private static string Meaning(TransferPurpose purpose, HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => ": it wants a user (DOWNLOAD_USER= and DOWNLOAD_PASSWORD=)",
        HttpStatusCode.Forbidden => ": it lets this machine not in",
        HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed when purpose == TransferPurpose.Omaha =>
            ": SERVER= is not the path of an Omaha server (…/v1/update/)",
        HttpStatusCode.NotFound => ": the payload is not there",
        HttpStatusCode.ProxyAuthenticationRequired => ": the proxy wants a user (http://USER:PASSWORD@HOST:PORT)",
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => ": it is busy",
        >= HttpStatusCode.InternalServerError => ": it has a fault of its own",
        _ => "",
    };

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
            fault = inner;
        return fault.Message.TrimEnd('.');
    }
}
