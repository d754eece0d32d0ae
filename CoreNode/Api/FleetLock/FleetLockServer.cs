using CoreNode.Foundation;
using CoreNode.RebootLock;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.FleetLock;

/// <summary>
/// FleetLock over HTTP on listeners of its own: machines that Zincati or others keep up to date share the reboot lock.
/// In: requests, the lock, and how machines of this cluster are drained. Out: answers of the protocol. What holds: a
/// lock that is answered with success is held by whoever asked; both requests may be repeated. Started and stopped
/// once.
/// </summary>
public sealed partial class FleetLockServer : IAsyncDisposable
{
    private readonly HttpFront _front;
    private readonly FleetLockApplication _application;
    private readonly bool _hasToken;
    private readonly ApiOptions _options;
    private readonly ILogger<FleetLockServer> _logger;

    /// <summary>Wires the surface to a lock; nothing is opened yet.</summary>
    /// <param name="options">Its listeners, as those for clients; certificates and limits.</param>
    /// <param name="token">What clients show; null for nothing.</param>
    /// <param name="locks">The lock.</param>
    /// <param name="drains">How machines of this cluster are emptied.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="time">The clock of notes.</param>
    /// <param name="loggers">Where it logs.</param>
    public FleetLockServer(
        ApiOptions options, string? token, Semaphores locks, IMachineDrains drains, MetricRegistry metrics,
        TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _hasToken = token is not null;
        _logger = loggers.CreateLogger<FleetLockServer>();
        // Its limits are counted apart from those of the store's surface, which has the figures.
        _front = new HttpFront(options, loggers);
        _application = new FleetLockApplication(
            new FleetLockDesk(locks, drains, time), token, metrics, loggers.CreateLogger<FleetLockApplication>(),
            _front.Stopping);
    }

    /// <summary>Where it serves, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls => _front.BoundUrls;

    /// <summary>Opens the listeners and serves.</summary>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _front.StartAsync(_application, cancellation);
        LogServing(string.Join(", ", BoundUrls));
        foreach (Listener listener in KestrelSettings.ListenersOf(_options))
        {
            if (listener.IsOpen && !_hasToken)
                LogOpen(listener.Name);
        }
    }

    /// <summary>No new connections; running requests finish or are cut off.</summary>
    public Task StopAsync(CancellationToken cancellation) => _front.StopAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _front.DisposeAsync();

    [LoggerMessage(EventIds.ApiFleetLock + 1, LogLevel.Information, "FleetLock is served on {Urls}")]
    private partial void LogServing(string urls);

    [LoggerMessage(EventIds.ApiFleetLock + 2, LogLevel.Warning,
        "whoever reaches {Listener} takes and gives back the reboot lock in any machine's name: the protocol has no "
        + "proof of who asks. Keep strangers from that address, or take --fleetlock-token-file or client certificates "
        + "where the machines' programs can show them")]
    private partial void LogOpen(string listener);
}
