using System.Text;
using CoreNode.Api.Limits;
using CoreNode.Api.UpdateServer.Rest;
using CoreNode.Api.Wire;
using CoreNode.Updates.Server;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Takes each request of the update server from Kestrel and finds who answers it: machines first, which are many and
/// ask on two paths only. No answer lets a web page of elsewhere read it.
/// </summary>
internal sealed class UpdateServerApplication(
    OmahaEndpoint omaha, PackageEndpoint packages, RestEndpoint rest, ServerFigures figures, PageFiles page,
    string version, CancellationToken stopping) : IHttpApplication<RequestContext>
{
    private const string Root = "/corenode/v1/update-server";

    /// <inheritdoc/>
    public RequestContext CreateContext(IFeatureCollection contextFeatures) => RequestContext.Of(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(RequestContext context, Exception? exception) => context.End();

    /// <inheritdoc/>
    public Task ProcessRequestAsync(RequestContext context)
    {
        Task answered = context.HasHadItsTurn() ? AnswerElsewhereAsync(context) : Answer(context);
        if (!answered.IsCompleted)
            context.CountAsWaiting();
        return context.CanHaveBody && context.Body == BodyState.Waiting
            ? ApiApplication.PassBodyAsync(context, answered).AsTask()
            : answered;
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
        if (!context.TryParseTarget(RequestScratch.Current, out RequestTarget target))
            return context.BareBadRequest();
        ReadOnlySpan<byte> path = target.Path;
        if (path.SequenceEqual("/v1/update/"u8) || path.SequenceEqual("/v1/update"u8))
            return omaha.AnswerAsync(context);
        if (path.StartsWith("/packages/"u8))
            return packages.AnswerAsync(context, path["/packages/"u8.Length..]);
        if (path.StartsWith("/corenode/v1/update-server"u8)
            && (path.Length == Root.Length || path[Root.Length] == '/'))
        {
            return rest.AnswerAsync(context, Encoding.UTF8.GetString(path[Root.Length..]), target.Query.ToArray());
        }

        if (path.SequenceEqual("/health"u8))
            return HealthAsync(context);
        if (path.SequenceEqual("/version"u8))
            return Version(context);
        if (path.SequenceEqual("/metrics"u8))
            return figures.AnswerAsync(context);
        return page.Answer(context, path) ?? context.NotFound();
    }

    private async Task HealthAsync(RequestContext context)
    {
        if (context.Method is not ("GET" or "HEAD"))
        {
            await context.MethodNotAllowed("GET, HEAD");
            return;
        }

        await Task.Yield();
        (ServerStanding? _, string? reason) = await figures.AskAsync(stopping);
        await NodePages.Health(context, reason);
    }

    private Task Version(RequestContext context)
    {
        if (context.Method is not ("GET" or "HEAD"))
            return context.MethodNotAllowed("GET, HEAD");
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\"server\":\"corenode\",\"version\":"u8);
        json.Quoted(version);
        json.Raw("}\n"u8);
        return context.Json(json);
    }
}
