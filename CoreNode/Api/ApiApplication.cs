using System.Text;
using CoreNode.Api.Access;
using CoreNode.Api.Auth;
using CoreNode.Api.Limits;
using CoreNode.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api;

/// <summary>
/// Takes each request from Kestrel and finds who answers it. No middleware and no routing tables: what etcd serves is a
/// handful of fixed paths, and each microsecond here is paid by every request.
/// </summary>
internal sealed class ApiApplication(
    IKeyStore store,
    CorsPolicy cors,
    AccessGate gate,
    ClusterIdHeader clusterId,
    KeysEndpoint keys,
    FixedEndpoints others,
    AuthGate auth)
    : IHttpApplication<RequestContext>
{
    /// <inheritdoc/>
    public RequestContext CreateContext(IFeatureCollection contextFeatures) => RequestContext.Of(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(RequestContext context, Exception? exception) => context.End();

    /// <inheritdoc/>
    public Task ProcessRequestAsync(RequestContext context)
    {
        // A client that sends requests ahead gets the next one begun where its last write was answered: on the thread
        // that applies all writes. It may cost that thread nothing.
        bool isElsewhere = context.HasHadItsTurn() || store.IsOwnerThread;
        Task answered = isElsewhere ? AnswerElsewhereAsync(context).AsTask() : Answer(context);
        if (!answered.IsCompleted)
            context.CountAsWaiting();
        return context.CanHaveBody && context.Body == BodyState.Waiting
            ? PassBodyAsync(context, answered).AsTask()
            : answered;
    }

    /// <summary>Waits for the answer, then passes over a body that nobody has read.</summary>
    internal static async ValueTask PassBodyAsync(RequestContext context, Task answered)
    {
        await answered;
        if (context.Body != BodyState.Waiting)
            return;
        // To its very end: a body that turns out to be none ends the connection.
        await context.EndAnswerAsync();
        await BodyReader.DiscardAsync(context);
    }

    private async ValueTask AnswerElsewhereAsync(RequestContext context)
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

        bool isOwn = Surfaces.IsOwn(target.Path);
        if (!context.IsAsterisk && !isOwn)
            cors.Apply(context);
        if (context.Method == "OPTIONS" && !isOwn)
            return context.Answer(default);
        if (!GoPath.LooksClean(target.Path) && Redirect(context, target) is { } redirected)
            return redirected;
        bool isKey = IsKey(target.Path);
        if (MayBeGuarded(context.Method, target.Path, isKey) && gate.Refuse(context, target.Path) is { } refused)
            return refused;
        if (context.Method == "OPTIONS")
            return others.Admin?.Answer(context, target.Path, target.Query) ?? context.Answer(default);
        context.Rights = null;
        if (auth.State is { IsEnabled: true } state
            && (isKey || FixedEndpoints.NeedsRights(context.Method, target.Path)))
        {
            context.Rights = auth.Find(context, state);
            if (context.Rights is null)
                return VerifyAndAnswerAsync(context);
        }

        return Dispatch(context, target, scratch);
    }

    /// <summary>True for /v2/keys and what is below it.</summary>
    internal static bool IsKey(ReadOnlySpan<byte> path) => path.StartsWith("/v2/keys"u8)
        && (path.Length == KeysEndpoint.PrefixLength || path[KeysEndpoint.PrefixLength] == '/');

    private Task Dispatch(RequestContext context, in RequestTarget target, RequestScratch scratch) =>
        IsKey(target.Path)
            ? AnswerKey(context, target, scratch)
            : others.Answer(context, target.Path, target.Query);

    private async Task VerifyAndAnswerAsync(RequestContext context)
    {
        context.Rights = await auth.VerifyAsync(context.AuthorizationHeader);
        await AnswerVerified(context);
    }

    // The target lay in scratch memory that may have served other requests since.
    private Task AnswerVerified(RequestContext context)
    {
        RequestScratch scratch = RequestScratch.Current;
        if (!context.TryParseTarget(scratch, out RequestTarget target))
            throw new InvalidOperationException("a target that was good is bad now");
        if (context.Rights is not null)
            return Dispatch(context, target, scratch);
        string text = AuthAdmin.TooManyPasswordsText(auth.Limits);
        return IsKey(target.Path)
            ? KeyAnswer.Fail(context, 503, new KeyError(ErrorCode.RaftInternal, Encoding.UTF8.GetBytes(text), 0))
            : context.Message(503, text);
    }

    // Nearly all requests are for keys that anybody may ask for anywhere: a look at the key says so.
    private static bool MayBeGuarded(string method, ReadOnlySpan<byte> path, bool isKey) =>
        !isKey || (method != "GET" && GuardedKeys.AreTouched(method, path[KeysEndpoint.PrefixLength..]));

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
