using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace CoreNode.Provision.Sources.Web;

/// <summary>
/// HTTP for what a machine is configured from. One limit is for a whole request, so neither a server that sends a byte
/// a minute nor one that never ends its headers is waited for longer; bodies have a limit, redirects are counted, never
/// go from https to http and take no password to another server. Addresses of the own link have no proxy. One caller at
/// a time.
/// </summary>
internal sealed class WebFetcher : IDisposable
{
    private const string Client = "CoreNode";

    private readonly SourceOptions _options;
    private readonly bool _isDirect;
    private readonly HttpMessageInvoker _direct;
    private HttpMessageInvoker? _proxied;

    /// <summary>Ready to ask.</summary>
    /// <param name="options">Limits, TLS, proxies.</param>
    /// <param name="isDirect">No proxy for anything.</param>
    public WebFetcher(SourceOptions options, bool isDirect)
    {
        (_options, _isDirect) = (options, isDirect);
        _direct = Invoker(null);
    }

    /// <summary>Asks; any status is an answer.</summary>
    /// <exception cref="SourceException">There was none, or one beyond the limits.</exception>
    public async Task<WebAnswer> SendAsync(WebRequest request, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = new(_options.Limits.Whole, _options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        Uri at = request.Url;
        try
        {
            for (int followed = 0; ; followed++)
            {
                using HttpRequestMessage message = Message(request, at);
                HttpMessageInvoker invoker = IsProxied(at) ? _proxied ??= Invoker(_options.Proxies) : _direct;
                using HttpResponseMessage response = await HeadAsync(at, invoker, message, both.Token);
                if (!request.FollowsRedirects || Next(at, response, followed) is not { } next)
                {
                    byte[] body = response.StatusCode == HttpStatusCode.OK
                        ? await BodyAsync(at, response, both.Token)
                        : [];
                    return new WebAnswer(at, response.StatusCode, body, response.Headers);
                }

                at = next;
            }
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception broken) when (
            broken is OperationCanceledException or HttpRequestException or IOException or SocketException)
        {
            string reason = limit.IsCancellationRequested
                ? $"no whole answer within {_options.Limits.Whole.TotalSeconds:0.#} s"
                : broken is OperationCanceledException
                ? $"no connection within {_options.Limits.Connect.TotalSeconds:0.#} s"
                : Reason(broken);
            throw new SourceException($"{UrlText.Of(at)}: {reason}", inner: broken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _direct.Dispose();
        _proxied?.Dispose();
    }

    /// <summary>True for what is no further away than the machine's own link, where no proxy can help.</summary>
    public static bool IsNear(Uri url)
    {
        string host = url.DnsSafeHost;
        if (!IPAddress.TryParse(host, out IPAddress? address))
            return host is "localhost" or "metadata.google.internal" or "metadata";
        byte[] bytes = address.GetAddressBytes();
        // fd00:ec2::254 is EC2's.
        return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || (bytes[0] == 169 && bytes[1] == 254)
            || (bytes is [0xFD, 0, 0x0E, 0xC2, ..] && bytes.Length == 16);
    }

    private bool IsProxied(Uri at) => !_isDirect && _options.Proxies is not null && !IsNear(at);

    private async Task<HttpResponseMessage> HeadAsync(
        Uri at, HttpMessageInvoker invoker, HttpRequestMessage message, CancellationToken cancellation)
    {
        if (_options.Limits.Head is not { } limit)
            return await invoker.SendAsync(message, cancellation);
        using CancellationTokenSource head = new(limit, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(head.Token, cancellation);
        try
        {
            return await invoker.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException slow) when (
            head.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new SourceException($"{UrlText.Of(at)}: no answer within {limit.TotalSeconds:0.#} s", inner: slow);
        }
    }

    private HttpMessageInvoker Invoker(IWebProxy? proxies)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxies is not null,
            Proxy = proxies,
            ConnectTimeout = _options.Limits.Connect,
            MaxResponseDrainSize = 0,
            ActivityHeadersPropagator = null,
        };
        if (_options.Tls is { } tls)
            handler.SslOptions = tls();
        return new HttpMessageInvoker(handler);
    }

    private static HttpRequestMessage Message(WebRequest request, Uri at)
    {
        HttpRequestMessage message = new(request.Method, at);
        message.Headers.TryAddWithoutValidation("User-Agent", Client);
        // A token in a header is for the server that was named, as a password is.
        bool isFirst = IsSameServer(request.Url, at);
        foreach ((string name, string value) in request.Headers)
        {
            if (isFirst || name == "Accept")
                message.Headers.TryAddWithoutValidation(name, value);
        }

        if (isFirst && request.Url.UserInfo.Length > 0)
        {
            byte[] user = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(request.Url.UserInfo));
            message.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(user));
        }

        return message;
    }

    // Also where it sends one from http to https.
    private static bool IsSameServer(Uri first, Uri at) =>
        first.Host.Equals(at.Host, StringComparison.OrdinalIgnoreCase)
        && (at.Scheme == first.Scheme ? at.Port == first.Port : at.Scheme == Uri.UriSchemeHttps);

    private Uri? Next(Uri at, HttpResponseMessage response, int followed)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
            return null;
        Uri? next = null;
        string? why = null;
        if (response.Headers.Location is not { } location || !Uri.TryCreate(at, location, out next)
            || next.Scheme is not ("http" or "https") || next.Host.Length == 0)
            why = "to what is no http(s) URL";
        else if (at.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp)
            why = "from https to plain http, which is not followed";
        else if (followed == _options.Limits.Redirects)
            why = $"more than {_options.Limits.Redirects} times";
        return why is null ? next : throw new SourceException($"{UrlText.Of(at)} redirects {why}", isFinal: true);
    }

    private async Task<byte[]> BodyAsync(Uri at, HttpResponseMessage response, CancellationToken cancellation)
    {
        int limit = _options.Limits.Bytes;
        if (response.Content.Headers.ContentLength > limit)
            throw TooLong(at);
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
        byte[] body = new byte[4096];
        for (int length = 0; ;)
        {
            int count = await stream.ReadAsync(body.AsMemory(length), cancellation);
            length += count;
            if (length > limit)
                throw TooLong(at);
            if (count == 0)
                return body.AsSpan(0, length).ToArray();
            if (length == body.Length)
                Array.Resize(ref body, 2 * length);
        }
    }

    private SourceException TooLong(Uri at) =>
        new($"{UrlText.Of(at)}: the answer has more than {_options.Limits.Bytes} bytes", isFinal: true);

    private static string Reason(Exception broken)
    {
        Exception told = broken;
        for (Exception? inner = broken; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException or AuthenticationException)
                told = inner;
        }

        string message = told.Message.ReplaceLineEndings(" ");
        return told is AuthenticationException ? $"TLS: {message}" : message;
    }
}
