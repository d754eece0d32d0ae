using System.Security.Cryptography;
using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.FleetLock;

/// <summary>
/// Takes each request of FleetLock from Kestrel: two paths, POST only. The header that the protocol wants is one that
/// no web page can send without asking first, and nothing here answers such a question.
/// </summary>
internal sealed partial class FleetLockApplication : IHttpApplication<RequestContext>
{
    private const string Bearer = "Bearer ";
    private const int LongestCredential = 512;

    private static readonly string[] s_endpoints = ["pre-reboot", "steady-state", "other"];

    private readonly FleetLockDesk _desk;
    private readonly byte[]? _token;
    private readonly MetricCounter[][] _requests;
    private readonly CancellationToken _stopping;
    private readonly ILogger<FleetLockApplication> _logger;

    /// <summary>Registers the counters.</summary>
    public FleetLockApplication(
        FleetLockDesk desk, string? token, MetricRegistry metrics, ILogger<FleetLockApplication> logger,
        CancellationToken stopping)
    {
        _desk = desk;
        _token = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
        _stopping = stopping;
        _logger = logger;
        _requests = Array.ConvertAll(s_endpoints, endpoint => Array.ConvertAll(
            Enum.GetValues<FleetLockKind>(), kind => metrics.Counter(
                "corenode_fleetlock_requests_total", "Requests of FleetLock, by endpoint and how they ended.",
                $"endpoint=\"{endpoint}\",kind=\"{FleetLockKinds.Name(kind)}\"")));
    }

    /// <inheritdoc/>
    public RequestContext CreateContext(IFeatureCollection contextFeatures) => RequestContext.Of(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(RequestContext context, Exception? exception) => context.End();

    /// <inheritdoc/>
    public Task ProcessRequestAsync(RequestContext context)
    {
        context.HasHadItsTurn();
        if (!context.TryParseTarget(RequestScratch.Current, out RequestTarget target))
            return context.BareBadRequest();
        int endpoint = target.Path.SequenceEqual("/v1/pre-reboot"u8) ? 0
            : target.Path.SequenceEqual("/v1/steady-state"u8) ? 1
            : 2;
        Task answered = AnswerAsync(context, endpoint);
        if (!answered.IsCompleted)
            context.CountAsWaiting();
        return context.CanHaveBody && context.Body == BodyState.Waiting
            ? ApiApplication.PassBodyAsync(context, answered).AsTask()
            : answered;
    }

    private async Task AnswerAsync(RequestContext context, int endpoint)
    {
        // The store is not for the thread that serves the sockets.
        await Task.Yield();
        try
        {
            FleetLockEnd end = await DecideAsync(context, endpoint);
            _requests[endpoint][(int)end.Kind].Increment();
            await WriteAsync(context, end);
        }
        catch (OperationCanceledException)
        {
            // The client is gone, or the node stops.
            context.Abort();
        }
    }

    private async Task<FleetLockEnd> DecideAsync(RequestContext context, int endpoint)
    {
        if (context.Client.IsBusy() is { } busy)
            return new FleetLockEnd(FleetLockKind.Overloaded, context.Client.Message(busy));
        if (endpoint == 2)
        {
            return new FleetLockEnd(
                FleetLockKind.UnknownEndpoint, "there are /v1/pre-reboot and /v1/steady-state here, nothing else");
        }

        if (context.Method != "POST")
            return new FleetLockEnd(FleetLockKind.MethodNotAllowed, "FleetLock takes POST only");
        if (context.RequestHeaders["fleet-lock-protocol"] is not ["true"])
        {
            return new FleetLockEnd(
                FleetLockKind.MissingHeader, "the header fleet-lock-protocol: true is missing (FleetLock protocol)");
        }

        if (!MayAsk(context))
        {
            return new FleetLockEnd(
                FleetLockKind.Unauthorized, "the token of --fleetlock-token-file is needed: Authorization: Bearer …");
        }

        RequestBody body = await BodyReader.ReadAsync(context, FleetLockBody.MaxBytes);
        if (body.NoRoom is { } noRoom)
            return new FleetLockEnd(FleetLockKind.Overloaded, context.Client.Message(noRoom));
        if (body.IsTooLong)
        {
            return new FleetLockEnd(
                FleetLockKind.BodyTooLarge, $"the body is longer than {FleetLockBody.MaxBytes} bytes");
        }

        if (FleetLockBody.Read(body.Bytes.Span, out FleetLockEnd refusal) is not { } client)
            return refusal;
        using CancellationTokenSource gone =
            CancellationTokenSource.CreateLinkedTokenSource(context.ClientGone, _stopping);
        string from = context.RemoteAddress?.ToString() ?? "this machine";
        FleetLockEnd end = endpoint == 0
            ? await _desk.BeforeRebootAsync(client, from, gone.Token)
            : await _desk.SteadyAsync(client, gone.Token);
        LogAnswered(s_endpoints[endpoint], client.Id, client.Group, from, FleetLockKinds.Name(end.Kind), end.Value);
        return end;
    }

    // Hashes of equal length, so that the time of the comparison tells nothing.
    private bool MayAsk(RequestContext context) =>
        _token is null
        || (context.AuthorizationHeader is { } header && header.Length <= LongestCredential
            && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(header[Bearer.Length..].Trim())), _token));

    private static Task WriteAsync(RequestContext context, FleetLockEnd end)
    {
        if (end.Kind == FleetLockKind.Done)
            return context.Answer(default);
        if (end.Kind == FleetLockKind.MethodNotAllowed)
            context.Headers.Allow = "POST";
        if (end.Kind == FleetLockKind.Unauthorized)
            context.Headers.WWWAuthenticate = "Bearer";
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\"kind\":"u8);
        json.Quoted(FleetLockKinds.Name(end.Kind));
        json.Raw(",\"value\":"u8);
        json.Quoted(end.Value);
        json.Raw("}"u8);
        return context.Json(FleetLockKinds.Status(end.Kind), json);
    }

    [LoggerMessage(EventIds.ApiFleetLock + 0, LogLevel.Information,
        "FleetLock {Endpoint} of {Client} in group {Group} from {Remote}: {Kind} {Reason}")]
    private partial void LogAnswered(
        string endpoint, string client, string group, string remote, string kind, string reason);
}
