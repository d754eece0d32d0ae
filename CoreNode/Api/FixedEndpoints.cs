using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>Everything beside /v2/keys: small answers on fixed paths.</summary>
internal sealed class FixedEndpoints(IClusterView cluster)
{
    /// <summary>Answers a request for a path, which lies in scratch memory.</summary>
    public Task Answer(RequestContext context, ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual("/version"u8))
            return Version(context);
        if (path.SequenceEqual("/health"u8))
            return Health(context);
        return context.NotFound();
    }

    private static Task Version(RequestContext context)
    {
        if (context.Method != "GET")
            return context.MethodNotAllowed("GET");
        context.Headers.ContentType = RequestContext.JsonType;
        return context.Answer("{\"etcdserver\":\"3.4.23\",\"etcdcluster\":\"3.4.0\"}"u8);
    }

    private Task Health(RequestContext context)
    {
        if (context.Method != "GET")
            return context.MethodNotAllowed("GET");
        return cluster.UnhealthyReason is null
            ? context.Plain(200, "{\"health\":\"true\"}"u8)
            : context.PlainError(503, "{\"health\":\"false\"}\n"u8);
    }
}
