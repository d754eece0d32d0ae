using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Discovery;
using CoreNode.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api.Tokens;

/// <summary>
/// The discovery service over HTTP: /new, /health, and what is below a token, in the words of /v2/keys, which is what
/// etcd and its tools speak to it. Everything else is 404, and no answer names a token that the client did not.
/// </summary>
internal sealed class TokenApplication(
    IKeyStore store, TokenRegistry registry, NewTokenEndpoint newTokens, TokenKeysEndpoint keys,
    Func<string?> unhealthyReason) : IHttpApplication<RequestContext>
{
    /// <inheritdoc/>
    public RequestContext CreateContext(IFeatureCollection contextFeatures) => RequestContext.Of(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(RequestContext context, Exception? exception) => context.End();

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(RequestContext context)
    {
        // What a client sent ahead is begun where its last write was answered: on the thread that applies writes.
        if (store.IsOwnerThread)
            await Task.Yield();
        await Answer(context);
        if (!context.CanHaveBody || context.Body != BodyState.Waiting)
            return;
        await context.FlushAsync();
        await BodyReader.DiscardAsync(context);
    }

    private Task Answer(RequestContext context)
    {
        RequestScratch scratch = RequestScratch.Current;
        if (!context.TryParseTarget(scratch, out RequestTarget target))
            return context.BareBadRequest();
        if (target.Path.SequenceEqual("/new"u8))
            return newTokens.Answer(context, target.Query.ToArray());
        if (target.Path.SequenceEqual("/health"u8))
            return Health(context);
        if (!TokenPath.TryParse(target.Path, out TokenPath path))
            return context.NotFound();
        bool isRead = context.Method is "GET" or "HEAD";
        if (!isRead && !(path.IsEntry && context.Method is "PUT" or "DELETE"))
            return context.MethodNotAllowed(path.IsEntry ? "GET, HEAD, PUT, DELETE" : "GET, HEAD");
        if (!registry.Knows(path))
            return KeyAnswer.Fail(context, Unknown(path));
        return isRead ? keys.Read(context, path, target.Query) : keys.Write(context, path, target.Query.ToArray());
    }

    // Code and begin of the cause are what clients look at; the rest is for who reads their logs.
    private KeyError Unknown(TokenPath path) => KeyError.Of(
        ErrorCode.KeyNotFound,
        $"{path.Directory}: this token has expired, or never was; make one with `corenode discovery new --size N`",
        store.Current.Index.Value);

    private Task Health(RequestContext context)
    {
        if (context.Method is not ("GET" or "HEAD"))
            return context.MethodNotAllowed("GET, HEAD");
        if (unhealthyReason() is not { } reason)
            return context.Plain(200, "{\"health\":\"true\"}"u8);
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\"health\":\"false\",\"reason\":"u8);
        json.Quoted(Encoding.UTF8.GetBytes(reason));
        json.Raw("}\n"u8);
        return context.Plain(503, json.Written);
    }
}
