using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CoreNode.Updates.Client.Exchange;

/// <summary>
/// HTTP to an update server for one exchange: settings and certificates are read anew for the next. Redirects are
/// followed here, because the rules are ours: never from https to http, a body goes along, a password does not leave
/// its server. Used by one caller at a time.
/// </summary>
internal sealed class ServerConnection : IDisposable
{
    private readonly TransferOptions _options;
    private readonly TransferPurpose _purpose;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _invoker;
    private readonly IServerTrust _trust;
    private string? _tlsComplaint;

    /// <summary>Ready to connect.</summary>
    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    public ServerConnection(TransferOptions options, TransferPurpose purpose, TimeProvider time)
    {
        (_options, _purpose, _time, _trust) = (options, purpose, time, options.Trust);
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !options.Proxies.IsEmpty,
            Proxy = options.Proxies.IsEmpty ? null : options.Proxies,
            ConnectTimeout = options.Limits.Connect,
            // What a redirect or a refusal has in its body is not waited for.
            MaxResponseDrainSize = 0,
            ActivityHeadersPropagator = null,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = options.Trust.Policy(),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                AllowRenegotiation = false,
                RemoteCertificateValidationCallback = IsTrusted,
            },
        });
    }

    /// <summary>Sends until an answer is no redirect; a success, or a fault is thrown.</summary>
    /// <param name="first">Where it goes first.</param>
    /// <param name="make">Makes the request to a URL; called once for each.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="TransferException">No such answer came.</exception>
    public async Task<ServerAnswer> SendAsync(
        Uri first, Func<Uri, HttpRequestMessage> make, CancellationToken cancellation)
    {
        Uri at = first;
        for (int followed = 0; ; followed++)
        {
            HttpResponseMessage response = await SendOnceAsync(first, at, make, cancellation);
            if (response.IsSuccessStatusCode)
                return new ServerAnswer(at, response);
            using (response)
            {
                if (response.StatusCode is < HttpStatusCode.MultipleChoices or >= HttpStatusCode.BadRequest)
                {
                    throw new TransferException(TransferFaults.Status(
                        _purpose, at, response.StatusCode, response.Headers.RetryAfter, _time.GetUtcNow()));
                }

                at = Next(at, response, followed);
            }
        }
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(
        Uri first, Uri at, Func<Uri, HttpRequestMessage> make, CancellationToken cancellation)
    {
        using HttpRequestMessage message = make(at);
        message.Headers.TryAddWithoutValidation("User-Agent", _options.Client);
        if (_options.User is { } user && MayKnowPassword(first, at))
        {
            byte[] both = Encoding.UTF8.GetBytes($"{user}:{_options.Password}");
            message.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(both));
        }

        _tlsComplaint = null;
        // Until the head of the answer: connecting has its own limit within.
        TimeSpan patience = _options.Limits.Connect + _options.Limits.SlowWindow;
        using CancellationTokenSource limit = new(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await _invoker.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException slow) when (!limit.IsCancellationRequested)
        {
            throw Fault(TransferFaultKind.Connect, at, "no connection within "
                + $"{_options.Limits.Connect.TotalSeconds:0.#} s", slow);
        }
        catch (OperationCanceledException slow)
        {
            throw Fault(TransferFaultKind.Stalled, at, $"no answer within {patience.TotalSeconds:0.#} s", slow);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new TransferException(TransferFaults.Of(_purpose, at, broken, _tlsComplaint), broken);
        }
    }

    private Uri Next(Uri at, HttpResponseMessage response, int followed)
    {
        HttpStatusCode status = response.StatusCode;
        string? why = null;
        Uri? location = response.Headers.Location;
        Uri? next = location is null ? null : new Uri(at, location);
        if (status is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect or HttpStatusCode.SeeOther)
            || next is null)
            why = "to nowhere";
        else if (status == HttpStatusCode.SeeOther && _purpose == TransferPurpose.Omaha)
            why = "to a page: it is no Omaha server";
        else if (next.Scheme is not ("http" or "https") || next.Host.Length == 0)
            why = "to what is no http(s) URL";
        else if (at.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp)
            why = $"from https to plain http ({TransferFaults.Place(_purpose, next)}); that is not followed";
        else if (followed == _options.Limits.MaxRedirects)
            why = $"more than {_options.Limits.MaxRedirects} times";
        return why is null ? next! : throw new TransferException(
            TransferFaults.Redirect(_purpose, at, status, why));
    }

    // The server that was named, also where it sends one from http to https.
    private static bool MayKnowPassword(Uri first, Uri at) =>
        first.Host.Equals(at.Host, StringComparison.OrdinalIgnoreCase)
        && (at.Scheme == Uri.UriSchemeHttps || (at.Scheme == first.Scheme && at.Port == first.Port));

    private bool IsTrusted(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        string host = (sender as SslStream)?.TargetHostName ?? "";
        _tlsComplaint = _trust.Judge(host, shown as X509Certificate2, chain, errors);
        return _tlsComplaint is null;
    }

    private TransferException Fault(TransferFaultKind kind, Uri at, string what, Exception cause) =>
        new(TransferFaults.NoAnswer(_purpose, kind, at, what), cause);
}
