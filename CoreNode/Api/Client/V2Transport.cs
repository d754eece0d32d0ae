using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace CoreNode.Api.Client;

/// <summary>
/// Sends requests to the first endpoint that answers. What failed at one endpoint is tried at the next only where that
/// is safe: reads always, writes only if they cannot have reached the node. Thread-safe.
/// </summary>
public sealed class V2Transport : IDisposable
{
    private static readonly MediaTypeHeaderValue s_formType = new("application/x-www-form-urlencoded");

    private static readonly MediaTypeHeaderValue s_jsonType = new("application/json");

    private readonly EndpointConnection[] _connections;
    private readonly ClientOptions _options;
    private readonly AuthenticationHeaderValue? _authorization;
    private int _preferred;

    /// <summary>Opens nothing yet; reads the certificates.</summary>
    /// <exception cref="ClientConfigurationException">The options cannot be used.</exception>
    public V2Transport(ClientOptions options)
    {
        if (options.Endpoints.Count == 0)
            throw new ClientConfigurationException("no endpoint is given");
        _options = options;
        ClientCertificates certificates = ClientCertificates.Load(options);
        _connections = [.. options.Endpoints.Select(one => new EndpointConnection(one, options, certificates))];
        if (options.User is { } user)
            _authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        if (options.Token is { } token)
            _authorization = new("Bearer", token);
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    public async Task<V2Reply> SendAsync(V2Request request, CancellationToken cancellation)
    {
        var failures = new List<EndpointFailure>();
        V2Reply.Answered? unavailable = null;
        int first = Volatile.Read(ref _preferred);
        for (int tried = 0; tried < _connections.Length; tried++)
        {
            int at = (first + tried) % _connections.Length;
            (V2Reply.Answered? answer, EndpointFailure? failure) =
                await TryAsync(_connections[at], request, cancellation);
            if (answer is { Status: < 500 } || (answer is not null && !request.IsSafe))
            {
                Volatile.Write(ref _preferred, at);
                return answer;
            }

            unavailable ??= answer;
            failures.Add(failure ?? new EndpointFailure(
                _connections[at].Endpoint, EndpointFault.Unavailable, $"answered {answer!.Status}"));
            if (failure is { MayHaveArrived: true } && !request.IsSafe)
                break;
        }

        return (V2Reply?)unavailable ?? new V2Reply.Failed(failures);
    }

    /// <summary>
    /// Starts a watch and returns once its headers are there; the caller reads and disposes the stream. Exactly one of
    /// the results is set.
    /// </summary>
    internal async Task<(V2Stream? Stream, V2Reply? Reply)> OpenAsync(
        V2Request request, CancellationToken cancellation)
    {
        var failures = new List<EndpointFailure>();
        int first = Volatile.Read(ref _preferred);
        for (int tried = 0; tried < _connections.Length; tried++)
        {
            int at = (first + tried) % _connections.Length;
            EndpointConnection connection = _connections[at];
            (HttpResponseMessage? response, EndpointFailure? failure) =
                await StartAsync(connection, request, cancellation);
            if (response is null)
            {
                failures.Add(failure!);
                continue;
            }

            Volatile.Write(ref _preferred, at);
            if (response.IsSuccessStatusCode)
            {
                Stream body = await response.Content.ReadAsStreamAsync(cancellation);
                return (new V2Stream(connection.Endpoint, response, body, ReadIndex(response)), null);
            }

            using (response)
            {
                byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation);
                return (null, Answer(connection, response, body));
            }
        }

        return (null, new V2Reply.Failed(failures));
    }

    /// <summary>
    /// Begins a download from the first endpoint that gives it; the deadline is only for the beginning. Exactly one of
    /// the results is set.
    /// </summary>
    internal async Task<(BackupDownload? Download, V2Reply? Reply)> DownloadAsync(
        V2Request request, CancellationToken cancellation)
    {
        var failures = new List<EndpointFailure>();
        V2Reply.Answered? refusal = null;
        foreach (EndpointConnection connection in _connections)
        {
            (HttpResponseMessage? response, EndpointFailure? failure) =
                await StartAsync(connection, request, cancellation);
            if (response is null)
            {
                failures.Add(failure!);
                continue;
            }

            if (response.IsSuccessStatusCode)
            {
                Stream body = await response.Content.ReadAsStreamAsync(cancellation);
                return (new BackupDownload(connection.Endpoint, response, body), null);
            }

            using (response)
                refusal = Answer(connection, response, await response.Content.ReadAsByteArrayAsync(cancellation));
        }

        return (null, (V2Reply?)refusal ?? new V2Reply.Failed(failures));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (EndpointConnection connection in _connections)
            connection.Dispose();
    }

    private async Task<(V2Reply.Answered? Answer, EndpointFailure? Failure)> TryAsync(
        EndpointConnection connection, V2Request request, CancellationToken cancellation)
    {
        using CallDeadline deadline = Deadline(request, cancellation);
        var progress = new EndpointConnection.ConnectProgress();
        _options.Trace?.Invoke(connection.Endpoint, request);
        try
        {
            using HttpRequestMessage message = Message(connection, request);
            using HttpResponseMessage response = await connection.SendAsync(message, progress, deadline.Token);
            if (request.IsWatch)
                deadline.Lift();
            byte[] body = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            return (Answer(connection, response, body), null);
        }
        catch (Exception fault) when (FailureTable.IsRemote(fault) && !cancellation.IsCancellationRequested)
        {
            return (null, FailureTable.Explain(connection.Endpoint, fault, progress, _options));
        }
    }

    private async Task<(HttpResponseMessage? Response, EndpointFailure? Failure)> StartAsync(
        EndpointConnection connection, V2Request request, CancellationToken cancellation)
    {
        using CallDeadline deadline = Deadline(request, cancellation);
        var progress = new EndpointConnection.ConnectProgress();
        _options.Trace?.Invoke(connection.Endpoint, request);
        try
        {
            using HttpRequestMessage message = Message(connection, request);
            return (await connection.SendAsync(message, progress, deadline.Token), null);
        }
        catch (Exception fault) when (FailureTable.IsRemote(fault) && !cancellation.IsCancellationRequested)
        {
            return (null, FailureTable.Explain(connection.Endpoint, fault, progress, _options));
        }
    }

    private CallDeadline Deadline(V2Request request, CancellationToken cancellation)
    {
        bool isLimited = !request.IsWatch || _options.LimitsWatchStart;
        return new CallDeadline(
            isLimited ? _options.RequestTimeout : Timeout.InfiniteTimeSpan, _options.Time, cancellation);
    }

    private HttpRequestMessage Message(EndpointConnection connection, V2Request request)
    {
        var message = new HttpRequestMessage(
            request.Method, new Uri(connection.Endpoint.BaseUri, request.PathAndQuery));
        message.Headers.Authorization = _authorization;
        // Also a DELETE carries an (empty) body: the handler silently sends a request without one again when a pooled
        // connection turns out to be closed, which for a write could do it twice.
        if (request.MakeContent is { } make)
        {
            message.Content = make();
        }
        else if (!request.IsSafe)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Json ?? request.Form ?? ""));
            message.Content.Headers.ContentType = request.Json is null ? s_formType : s_jsonType;
        }

        return message;
    }

    private static V2Reply.Answered Answer(EndpointConnection connection, HttpResponseMessage response, byte[] body) =>
        new(connection.Endpoint, (int)response.StatusCode, ReadIndex(response), body);

    private static ulong ReadIndex(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Etcd-Index", out IEnumerable<string>? values)
        && ulong.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong index)
            ? index
            : 0;
}
