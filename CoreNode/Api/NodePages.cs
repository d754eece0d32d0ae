using CoreNode.Api.Wire;
using CoreNode.Foundation;

namespace CoreNode.Api;

/// <summary>Pages that are the same whatever a node is: a member, a worker, or without a store of its own.</summary>
internal static class NodePages
{
    /// <summary>GET /health: etcd's answer, and the reason when there is one.</summary>
    public static Task Health(RequestContext context, string? unhealthyReason)
    {
        if (unhealthyReason is null)
            return context.Plain(200, "{\"health\":\"true\"}"u8);
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw("{\"health\":\"false\",\"reason\":"u8);
        json.Quoted(unhealthyReason);
        json.Raw("}\n"u8);
        return context.PlainError(503, json.Written);
    }

    /// <summary>GET /metrics, in Prometheus' text format.</summary>
    public static Task Metrics(RequestContext context, MetricRegistry metrics)
    {
        JsonBuffer text = new(32 << 10);
        metrics.WriteTo(text);
        context.Headers.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Answer(text.Written);
    }
}
