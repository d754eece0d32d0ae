using CoreNode.Api.Limits;
using CoreNode.Api.Access;
using CoreNode.Proxy;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api.Relay;

/// <summary>
/// Takes each request of a worker's clients and finds who answers it: the worker itself, or a member.
/// </summary>
internal sealed class RelayApplication(
    RelayOptions options, CorsPolicy cors, AccessGate gate, WorkerPages pages, Forwarder forwarder)
    : IHttpApplication<RequestContext>
{
    /// <summary>What this worker itself administers; none if null. Set before the first request.</summary>
    public IAdminSurface? Admin { get; set; }

    /// <inheritdoc/>
    public RequestContext CreateContext(IFeatureCollection contextFeatures) => RequestContext.Of(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(RequestContext context, Exception? exception) => context.End();

    /// <inheritdoc/>
    public Task ProcessRequestAsync(RequestContext context)
    {
        if (context.Client.IsBusy() is { } busy)
            return LimitAnswer.Refuse(context, busy);
        Task answered = context.HasHadItsTurn() ? AnswerElsewhereAsync(context).AsTask() : Answer(context);
        if (!answered.IsCompleted)
            context.CountAsWaiting();
        return context.CanHaveBody ? ApiApplication.PassBodyAsync(context, answered).AsTask() : answered;
    }

    private async ValueTask AnswerElsewhereAsync(RequestContext context)
    {
        await Task.Yield();
        await Answer(context);
    }

    private Task Answer(RequestContext context)
    {
        if (!context.TryParseTarget(RequestScratch.Current, out RequestTarget target))
            return context.BareBadRequest();
        bool isOwn = Surfaces.IsOwn(target.Path);
        if (!context.IsAsterisk && !isOwn)
            cors.Apply(context);
        if (context.Method == "OPTIONS" && !isOwn)
            return context.Answer(default);
        if (gate.Refuse(context, target.Path) is { } refused)
            return refused;
        if (pages.Answer(context, target.Path) is { } own)
            return own;
        if (isOwn && Admin?.Answer(context, target.Path, target.Query) is { } administered)
            return administered;
        bool isRead = context.Method is "GET" or "HEAD";
        if (options.IsReadOnly && !isRead)
            return RelayAnswers.ReadOnly(context);
        if (RequestHead.IsFromWorker(context))
            return RelayAnswers.Loop(context);
        return forwarder.ForwardAsync(context, Describe(context, target, isRead)).AsTask();
    }

    private static ForwardedRequest Describe(RequestContext context, in RequestTarget target, bool isRead)
    {
        bool isKey = target.Path.StartsWith("/v2/keys"u8);
        if (!isRead)
            return new ForwardedRequest(RequestKind.Write, isKey, false);

        // A body is read from the client only once, so such a request cannot be sent again either.
        bool isWait = context.CanHaveBody || (isKey && !IsUnset(target.Query, "wait"u8));
        bool isPlain = isKey && IsUnset(target.Query, "quorum"u8);
        return new ForwardedRequest(isWait ? RequestKind.Wait : RequestKind.Read, isKey, !isWait && isPlain);
    }

    private static bool IsUnset(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name) =>
        query.IsEmpty || QueryText.Find(query, name) is null or "false" or "0" or "f" or "F" or "False" or "FALSE";
}
