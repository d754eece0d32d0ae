using System.IO.Pipelines;
using System.Net;
using CoreNode.Api.Auth;
using CoreNode.Api.Limits;
using CoreNode.Api.Transport;
using CoreNode.Api.Wire;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api;

/// <summary>
/// One connection's view of its present request. Made once a connection and used for all its requests, one after the
/// other, with the features looked up once: that is what keeps a GET cheap.
/// </summary>
internal sealed class RequestContext
{
    public const string JsonType = "application/json";
    public const string PlainType = "text/plain; charset=utf-8";

    private const int MaxRequestsInTurn = 4;

    private static readonly StringValues s_noSniff = "nosniff";

    private readonly IFeatureCollection _features;
    private readonly IHttpRequestFeature _request;
    private readonly IHttpResponseFeature _response;
    private readonly IHttpResponseBodyFeature _responseBody;
    private readonly IHttpRequestBodyDetectionFeature _bodyDetection;
    private readonly ConnectionState _connection;
    private readonly SocketConnection _socket;
    private BodyRoom _body;
    private int _turn;
    private int _inTurn;
    private bool _isWaiting;

    /// <summary>Takes a connection's features.</summary>
    public RequestContext(IFeatureCollection features)
    {
        _features = features;
        _request = features.GetRequiredFeature<IHttpRequestFeature>();
        _response = features.GetRequiredFeature<IHttpResponseFeature>();
        _responseBody = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _bodyDetection = features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>();
        _connection = features.GetRequiredFeature<ConnectionState>();
        _socket = features.GetRequiredFeature<SocketConnection>();
    }

    /// <summary>The one of the connection, made with its first request.</summary>
    public static RequestContext Of(IFeatureCollection features) =>
        features is IHostContextContainer<RequestContext> connection
            ? connection.HostContext ??= new RequestContext(features)
            : new RequestContext(features);

    /// <summary>The method, as it was sent.</summary>
    public string Method => _request.Method;

    /// <summary>True for a request whose answer has no body.</summary>
    public bool IsHead => _request.Method == "HEAD";

    /// <summary>Where the connection came in.</summary>
    public Listener Listener => _connection.Listener;

    /// <summary>
    /// Who is on the other side of the connection; nobody for what a proxy passes on, whose own certificate and place
    /// are not its user's (RFC 9110 §7.6.3). Who says Via of itself can only lose by it.
    /// </summary>
    public Caller Caller => _request.Headers.Via.Count == 0 ? _connection.Caller : Caller.Unknown;

    /// <summary>Where the other side is; null on a unix socket.</summary>
    public IPAddress? RemoteAddress => _features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;

    /// <summary>What the request may do; null while users need not say who they are.</summary>
    public AccessRights? Rights { get; set; }

    /// <summary>The connection's last credential that was right.</summary>
    public RememberedCredential? Remembered { get; set; }

    /// <summary>The first Authorization header; null if there is none, or it is empty.</summary>
    public string? AuthorizationHeader =>
        _request.Headers.Authorization is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>What the client uses of the node.</summary>
    public ClientUse Client => _socket.Client;

    /// <summary>
    /// True once for every few requests that were sent ahead: the thread that serves all sockets has done enough for
    /// this one.
    /// </summary>
    public bool HasHadItsTurn()
    {
        _connection.Input.EndHead();
        if (_turn != _socket.Turn)
        {
            _turn = _socket.Turn;
            _inTurn = 0;
            return false;
        }

        if (++_inTurn < MaxRequestsInTurn)
            return false;
        _inTurn = 0;
        return true;
    }

    /// <summary>The answer comes later: the request counts as under way until its end.</summary>
    public void CountAsWaiting()
    {
        _isWaiting = true;
        Client.BeginWaiting();
    }

    /// <summary>Takes memory for the body until the request's end; the limit, if it is too much.</summary>
    public LimitRule? TakeBodyRoom(long bytes) => _body.TryGrow(Client, bytes);

    /// <summary>The client will most likely send nothing for long: no memory is kept ready for it.</summary>
    public void ExpectSilence() => _socket.ExpectSilence();

    /// <summary>Headers of the request.</summary>
    public IHeaderDictionary RequestHeaders => _request.Headers;

    /// <summary>Headers of the answer.</summary>
    public IHeaderDictionary Headers => _response.Headers;

    /// <summary>HTTP status of the answer; 200 until set.</summary>
    public int Status
    {
        get => _response.StatusCode;
        set => _response.StatusCode = value;
    }

    /// <summary>The answer's head is sent: nothing of it can be changed any more.</summary>
    public bool HasStarted => _response.HasStarted;

    /// <summary>True if there may be a body.</summary>
    public bool CanHaveBody => _bodyDetection.CanHaveBody;

    /// <summary>Reader of the body.</summary>
    public PipeReader BodyPipe => _features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;

    /// <summary>Sends the headers and what was written so far; waits while the client reads too slowly.</summary>
    public ValueTask<FlushResult> FlushAsync() => _responseBody.Writer.FlushAsync(CancellationToken.None);

    /// <summary>Sends the answer to its end; nothing can be written to it then.</summary>
    public Task EndAnswerAsync() => _responseBody.CompleteAsync();

    /// <summary>Fires when the client is gone, unlike Kestrel's own not when it only closed its sending half.</summary>
    public CancellationToken ClientGone => _connection.Closed;

    /// <summary>What became of the body so far.</summary>
    public BodyState Body { get; set; }

    /// <summary>Reads the target as the client sent it; false if Go would refuse it with 400.</summary>
    public bool TryParseTarget(RequestScratch scratch, out RequestTarget target)
    {
        _connection.Input.EndHead();
        return _connection.Input.OriginalTarget is { } original
            ? RequestTarget.TryParse(original, scratch, out target)
            : RequestTarget.TryParse(_request.RawTarget, scratch, out target);
    }

    /// <summary>The target as Kestrel has it.</summary>
    public string RawTarget => _request.RawTarget;

    /// <summary>The target as it was sent, where that is another one; see <see cref="RequestLineReader"/>.</summary>
    public byte[]? OriginalTarget => _connection.Input.OriginalTarget;

    /// <summary>True for the target "*", which only OPTIONS may have.</summary>
    public bool IsAsterisk => _request.RawTarget == "*";

    /// <summary>Forgets this request; the next bytes of the connection are a request line.</summary>
    public void End()
    {
        if (Body == BodyState.Read || !CanHaveBody)
            _connection.Input.ExpectRequestLine();
        Body = BodyState.Waiting;
        _body.Release(Client);
        if (!_isWaiting)
            return;
        _isWaiting = false;
        Client.EndWaiting();
    }

    /// <summary>Answers with JSON.</summary>
    public Task Json(JsonBuffer json)
    {
        Headers.ContentType = JsonType;
        return Answer(json.Written);
    }

    /// <summary>Answers with JSON and a status.</summary>
    public Task Json(int status, JsonBuffer json)
    {
        Status = status;
        return Json(json);
    }

    /// <summary>From now on the answer is one JSON object a line, sent with each flush.</summary>
    public void BeginLines() => Headers.ContentType = "application/x-ndjson";

    /// <summary>Answers with {"message":…}, the shape of errors outside of /v2/keys.</summary>
    public Task Message(int status, string message)
    {
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\"message\":"u8);
        json.Quoted(message);
        json.Raw("}"u8);
        return Json(status, json);
    }

    /// <summary>Answers like Go's http.Error.</summary>
    public Task PlainError(int status, ReadOnlySpan<byte> text)
    {
        Headers.XContentTypeOptions = s_noSniff;
        return Plain(status, text);
    }

    /// <summary>Answers with plain text.</summary>
    public Task Plain(int status, ReadOnlySpan<byte> text)
    {
        Status = status;
        Headers.ContentType = PlainType;
        return Answer(text);
    }

    /// <summary>Answers with exactly this body, of the content type that was set.</summary>
    public Task Answer(ReadOnlySpan<byte> body)
    {
        Headers.ContentLength = body.Length;
        if (!IsHead)
            Write(body);
        return Task.CompletedTask;
    }

    /// <summary>
    /// What Go's server answers by itself, before any handler: text that ends with the connection. The request was made
    /// one of HTTP/1.0 by <see cref="RequestLineReader"/>; the flush keeps Kestrel from counting the length.
    /// </summary>
    public Task BareBadRequest()
    {
        Status = 400;
        Headers.ContentType = PlainType;
        CloseAfterAnswer();
        Write("400 Bad Request"u8);
        return FlushAsync().AsTask();
    }

    /// <summary>
    /// Appends to the answer's body; nothing is sent before a flush or the end. The size is asked for: without one some
    /// memory pools of Kestrel hand out nothing.
    /// </summary>
    public void Write(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return;
        PipeWriter writer = _responseBody.Writer;
        body.CopyTo(writer.GetSpan(body.Length));
        writer.Advance(body.Length);
    }

    /// <summary>405 with the methods that are allowed.</summary>
    public Task MethodNotAllowed(string allowed)
    {
        Headers.Allow = allowed;
        return PlainError(405, "Method Not Allowed\n"u8);
    }

    /// <summary>404 as Go's http.NotFound.</summary>
    public Task NotFound() => PlainError(404, "404 page not found\n"u8);

    /// <summary>Ends the connection after this answer.</summary>
    public void CloseAfterAnswer() => Headers.Connection = "close";

    /// <summary>
    /// From now on the client must read at least this fast, or the connection is cut: who reads a listing holds a
    /// whole state of the store in memory.
    /// </summary>
    public void RequireReading(MinDataRate rate)
    {
        if (_features.Get<IHttpMinResponseDataRateFeature>() is { } feature)
            feature.MinDataRate = rate;
    }

    /// <summary>Cuts the connection.</summary>
    public void Abort() => _features.Get<IHttpRequestLifetimeFeature>()?.Abort();
}
