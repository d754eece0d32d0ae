using CoreNode.Api.Limits;
using CoreNode.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api;

/// <summary>
/// Takes each request from Kestrel and finds who answers it. No middleware and no routing tables: what etcd serves is a
/// handful of fixed paths, and each microsecond here is paid by every request.
/// </summary>
internal sealed class ApiApplication(
    IKeyStore store, CorsPolicy cors, ClusterIdHeader clusterId, KeysEndpoint keys, FixedEndpoints others)
    : IHttpApplication<RequestContext>
{
    /// <inheritdoc/>
    public RequestContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is IHostContextContainer<RequestContext> connection)
            return connection.HostContext ??= new RequestContext(contextFeatures);
        return new RequestContext(contextFeatures);
    }

    /// <inheritdoc/>
    public void DisposeContext(RequestContext context, Exception? exception) => context.End();

    /// <inheritdoc/>
    public Task ProcessRequestAsync(RequestContext context)
    {
        // A client that sends requests ahead gets the next one begun where its last write was answered: on the thread
        // that applies all writes. It may cost that thread nothing.
        bool isElsewhere = context.HasHadItsTurn() || store.IsOwnerThread;
        Task answered = isElsewhere ? AnswerElsewhereAsync(context) : Answer(context);
        if (!answered.IsCompleted)
            context.CountAsWaiting();
        return context.CanHaveBody && context.Body == BodyState.Waiting ? PassBodyAsync(context, answered) : answered;
    }

    private static async Task PassBodyAsync(RequestContext context, Task answered)
    {
        await answered;
        if (context.Body != BodyState.Waiting)
            return;
        // To its very end: a body that turns out to be none ends the connection.
        await context.EndAnswerAsync();
        await BodyReader.DiscardAsync(context);
    }

    private async Task AnswerElsewhereAsync(RequestContext context)
    {
        await Task.Yield();
        await Answer(context);
    }

    private Task Answer(RequestContext context)
    {
        if (context.Client.IsBusy() is { } busy)
            return LimitAnswer.Refuse(context, busy);
        RequestScratch scratch = RequestScratch.Current;
        if (!context.TryParseTarget(scratch, out RequestTarget target))
            return context.BareBadRequest();

        if (!context.IsAsterisk)
            cors.Apply(context);
        if (context.Method == "OPTIONS")
            return context.Answer(default);
        if (!GoPath.LooksClean(target.Path) && Redirect(context, target) is { } redirected)
            return redirected;
        ReadOnlySpan<byte> path = target.Path;
        bool isKey = path.StartsWith("/v2/keys"u8)
            && (path.Length == KeysEndpoint.PrefixLength || path[KeysEndpoint.PrefixLength] == '/');
        return isKey ? AnswerKey(context, target, scratch) : others.Answer(context, path, target.Query);
    }

    private static Task? Redirect(RequestContext context, in RequestTarget target)
    {
        if (context.Method == "CONNECT")
            return null;
        byte[] clean = GoPath.Clean(target.Path);
        if (target.Path.SequenceEqual(clean))
            return null;
        context.Status = 301;
        (string location, byte[] html) = GoRedirect.Make(clean, target.Query);
        context.Headers.Location = location;
        if (context.Method is not ("GET" or "HEAD"))
            return context.Answer(default);
        context.Headers.ContentType = "text/html; charset=utf-8";
        return context.Answer(html);
    }

    private Task AnswerKey(RequestContext context, in RequestTarget target, RequestScratch scratch)
    {
        switch (context.Method)
        {
            case "GET":
            case "HEAD":
                clusterId.Apply(context);
                return keys.Read(context, target, scratch);
            case "PUT":
            case "POST":
            case "DELETE":
                clusterId.Apply(context);
                return keys.Write(context, target, scratch);
            default:
                return context.MethodNotAllowed("HEAD,GET,PUT,POST,DELETE");
        }
    }
}
