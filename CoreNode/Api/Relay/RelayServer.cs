using CoreNode.Api.Access;
using CoreNode.Api.Containers;
using CoreNode.Foundation;
using CoreNode.Proxy;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Relay;

/// <summary>
/// The client surface of a worker: the same listeners and HTTP stack as a member's, and behind them the members. In:
/// requests, and who the members are. Out: the members' answers, unchanged. What holds: nothing is sent twice that
/// could happen twice; an answer that broke off never looks whole; no body and no answer is kept in memory as a whole
/// beyond 32 KiB; whatever a member sends can spoil its own answer only.
/// </summary>
public sealed partial class RelayServer : IAsyncDisposable
{
    private readonly ApiOptions _options;
    private readonly HttpFront _front;
    private readonly RelayApplication _application;
    private readonly ContainerFront? _containers;
    private readonly ILogger<RelayServer> _log;

    /// <summary>Wires the surface to the members; nothing is opened yet.</summary>
    public RelayServer(
        ApiOptions options,
        RelayOptions relay,
        Upstreams upstreams,
        MemberFollower follower,
        MetricRegistry metrics,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _options = options;
        _log = loggers.CreateLogger<RelayServer>();
        _front = new HttpFront(options, loggers, metrics, time);
        CorsPolicy cors = new(options.CorsOrigins);
        RelayFigures figures = new(metrics, follower, upstreams);
        _application = new RelayApplication(
            relay,
            cors,
            new AccessGate(options, new FollowedAuth(follower), metrics, time, loggers),
            new WorkerPages(options, relay, follower, metrics, time),
            new Forwarder(upstreams, follower, cors, figures, _front.Stopping));
        _containers = ContainerFront.Of(options, _application, time, loggers);
        ProcessFigures.Register(metrics);
    }

    /// <summary>Where clients are served, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls => _front.BoundUrls;

    /// <summary>Where containers are served now.</summary>
    public IReadOnlyList<Uri> BoundContainerUrls => _containers?.BoundUrls ?? [];

    /// <summary>Where administrators are served besides the unix socket; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundAdminUrls => _front.BoundAdminUrls;

    /// <summary>What this worker itself administers; none if null. The caller disposes it afterwards.</summary>
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
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _front.StartAsync(_application, cancellation);
        if (_containers is not null)
            await _containers.StartAsync();
        LogServing(string.Join(", ", BoundUrls), _options.UnixSocketPath ?? "none");
    }

    /// <summary>
    /// Stops: no new connections, watches end, running requests finish or are cut off after
    /// <see cref="ApiOptions.DrainTime"/>.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (await _front.StopAsync(cancellation))
            LogStopped();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        if (_containers is not null)
            await _containers.DisposeAsync();
        await _front.DisposeAsync();
    }

    [LoggerMessage(EventIds.Api + 95, LogLevel.Information,
        "worker: serving clients on {Urls}, unix socket {UnixSocket}")]
    private partial void LogServing(string urls, string unixSocket);

    [LoggerMessage(EventIds.Api + 96, LogLevel.Information, "worker: client listeners are closed")]
    private partial void LogStopped();
}
