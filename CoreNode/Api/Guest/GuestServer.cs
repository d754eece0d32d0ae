using CoreNode.Api.Access;
using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Guest;

/// <summary>
/// The HTTP surface of a node whose store is an existing etcd: what is administered here, health and metrics. Whoever
/// wants keys asks that etcd. In: requests. Out: answers of the admin surface.
/// </summary>
public sealed class GuestServer : IAsyncDisposable
{
    private readonly HttpFront _front;
    private readonly GuestApplication _application;

    /// <summary>Wires the surface; nothing is opened yet.</summary>
    /// <param name="options">Listeners and limits.</param>
    /// <param name="unhealthyReason">Why the node cannot do its work now; null if it can.</param>
    /// <param name="metrics">Shown by /metrics.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where it logs.</param>
    public GuestServer(
        ApiOptions options, Func<string?> unhealthyReason, MetricRegistry metrics, TimeProvider time,
        ILoggerFactory loggers)
    {
        _front = new HttpFront(options, loggers, metrics, time);
        _application = new GuestApplication(
            new AccessGate(options, new NoUsers(), metrics, time, loggers), unhealthyReason, metrics);
        ProcessFigures.Register(metrics);
    }

    /// <summary>Where health and metrics are served, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls => _front.BoundUrls;

    /// <summary>Where administrators are served besides the unix socket; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundAdminUrls => _front.BoundAdminUrls;

    /// <summary>What is administered here. The caller disposes it afterwards.</summary>
    internal IAdminSurface? AdminSurface
    {
        init
        {
            value?.Bind(_front.Stopping);
            _application.Admin = value;
        }
    }

    /// <summary>Opens the listeners and serves.</summary>
    /// <exception cref="IOException">An address cannot be bound, or another process serves the unix socket.</exception>
    public Task StartAsync(CancellationToken cancellation) => _front.StartAsync(_application, cancellation);

    /// <summary>Stops: no new connections, running requests finish or are cut off after the drain time.</summary>
    public Task StopAsync(CancellationToken cancellation) => _front.StopAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        await _front.DisposeAsync();
    }

    // Users and roles are that etcd's own business.
    private sealed class NoUsers : IAuthSwitch
    {
        public bool IsEnabled => false;
    }
}
