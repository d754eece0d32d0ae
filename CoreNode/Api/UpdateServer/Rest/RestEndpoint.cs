using CoreNode.Api.UpdateServer.Json;
using CoreNode.Foundation;
using CoreNode.Updates.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>
/// /corenode/v1/update-server: everything of the update server for administrators and programs (docs/update-server.md).
/// Reading wants a viewer, changing an administrator; every change is in the audit log with who ordered it.
/// </summary>
internal sealed partial class RestEndpoint
{
    private readonly IUpdateServer _server;
    private readonly ServerGate _gate;
    private readonly string _version;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly ILogger<RestEndpoint> _log;
    private readonly MetricCounter[] _requests;
    private readonly WatchRest _watch;

    /// <summary>Registers the counters.</summary>
    public RestEndpoint(
        IUpdateServer server, ServerGate gate, string version, MetricRegistry metrics, TimeProvider time,
        ILoggerFactory loggers, CancellationToken stopping)
    {
        _server = server;
        _gate = gate;
        _version = version;
        _time = time;
        _stopping = stopping;
        _log = loggers.CreateLogger<RestEndpoint>();
        _watch = new WatchRest(time);
        _requests = Array.ConvertAll<string, MetricCounter>(["2xx", "4xx", "5xx"], kind => metrics.Counter(
            "corenode_update_server_api_requests_total",
            "Requests of administrators and of the page, by class of the answer.",
            $"class=\"{kind}\""));
    }

    /// <summary>Answers a request for what follows the root.</summary>
    public async Task AnswerAsync(RequestContext context, string rest, byte[] query)
    {
        // Its work is not for the thread that polls the sockets.
        await Task.Yield();
        string[] path = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            if (_gate.Find(context, IsChange(context.Method, path), out ServerRefusal refusal) is { } who)
                await DispatchAsync(new RestCall(context, _server, who, path, query, _stopping));
            else
                await ServerAnswer.Refuse(context, _gate, refusal);
        }
        catch (RestException wrong)
        {
            await ServerAnswer.Fail(context, wrong.Status, wrong.Error, wrong.Message);
        }
        catch (CatalogueException fault)
        {
            await ServerAnswer.Fail(context, fault);
        }
        catch (OperationCanceledException)
        {
            // The server stops, or the client has gone.
            context.Abort();
        }
        catch (Exception fault) when (fault is IOException or ConnectionAbortedException)
        {
            LogBroken(rest, fault.Message);
            context.Abort();
        }

        _requests[context.Status < 400 ? 0 : context.Status < 500 ? 1 : 2].Increment();
    }

    // A backup holds what tokens are checked against: who has it is as good as an administrator.
    private static bool IsChange(string method, string[] path) =>
        method is not ("GET" or "HEAD") || path is ["backup"];

    private Task DispatchAsync(RestCall call) => call.Path switch
    {
        ["status"] => StatusAsync(call),
        ["pulse"] => _watch.PulseAsync(call),
        ["standings"] => GroupsRest.StandingsAsync(call),
        ["apps", .. var rest] => AppsRest.AnswerAsync(call, rest),
        ["packages", var id, .. var rest] => PackagesRest.AnswerAsync(call, call.Package(id), rest),
        ["channels", var id, .. var rest] => ChannelsRest.AnswerAsync(call, call.Channel(id), rest),
        ["tokens", .. var rest] => TokensRest.AnswerAsync(call, rest),
        ["audit"] => TokensRest.AuditAsync(call),
        ["backup"] => ParcelsRest.BackupAsync(call),
        ["import"] => ParcelsRest.ImportAsync(call),
        _ => throw RestException.NotFound(
            $"there is nothing at /corenode/v1/update-server/{string.Join('/', call.Path)}"),
    };

    private async Task StatusAsync(RestCall call)
    {
        if (call.Method != "GET")
        {
            await call.MethodNotAllowed("GET");
            return;
        }

        ServerStanding standing = await _server.GetStandingAsync(call.Stopping);
        ServerPage page = new(standing, _version, _server.Pulse, _time.GetUtcNow());
        await call.Json(JsonText.Of(page, StandingJson.Write));
    }

    [LoggerMessage(EventIds.Api + 74, LogLevel.Information,
        "an answer below {Path} was not finished: {Reason}")]
    private partial void LogBroken(string path, string reason);
}
