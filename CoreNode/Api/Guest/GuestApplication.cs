using CoreNode.Api.Access;
using CoreNode.Api.Limits;
using CoreNode.Foundation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api.Guest;

/// <summary>Takes each request of a node without a store of its own and finds who answers it.</summary>
internal sealed class GuestApplication(AccessGate gate, Func<string?> unhealthyReason, MetricRegistry metrics)
    : IHttpApplication<RequestContext>
{
    /// <summary>What is administered here; none if null. Set before the first request.</summary>
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
        Task answered = Answer(context);
        if (!answered.IsCompleted)
            context.CountAsWaiting();
        return context.CanHaveBody ? ApiApplication.PassBodyAsync(context, answered).AsTask() : answered;
    }

    private Task Answer(RequestContext context)
    {
        if (!context.TryParseTarget(RequestScratch.Current, out RequestTarget target))
            return context.BareBadRequest();
        if (gate.Refuse(context, target.Path) is { } refused)
            return refused;
        if (target.Path.SequenceEqual("/metrics"u8))
            return NodePages.Metrics(context, metrics);
        if (target.Path.SequenceEqual("/health"u8))
            return NodePages.Health(context, unhealthyReason());
        return Admin?.Answer(context, target.Path, target.Query)
            ?? context.Message(404, "this node has no store of its own (--store): ask the etcd that it uses");
    }
}
