using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Tokens;

/// <summary>
/// The discovery service: tokens under which machines of a new cluster write themselves down, served to etcd and
/// corenode alike. Of <see cref="ApiOptions"/> the client listeners, certificates and limits apply.
/// </summary>
public sealed partial class TokenServer : IAsyncDisposable
{
    private readonly HttpFront _front;
    private readonly TokenApplication _application;
    private readonly ILogger<TokenServer> _log;

    /// <summary>Wires the service to a store; nothing is opened yet.</summary>
    /// <param name="options">Listeners and limits of HTTP.</param>
    /// <param name="advertisedUrl">The service's URL in new tokens; null for the one that the client used.</param>
    /// <param name="store">Where tokens are.</param>
    /// <param name="cluster">Whose id answers carry, and how it is.</param>
    /// <param name="limits">What strangers get.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="time">The clock of deadlines.</param>
    /// <param name="loggers">Where it logs.</param>
    public TokenServer(
        ApiOptions options, string? advertisedUrl, IKeyStore store, IClusterView cluster, TokenLimits limits,
        MetricRegistry metrics, TimeProvider time, ILoggerFactory loggers)
    {
        _log = loggers.CreateLogger<TokenServer>();
        _front = new HttpFront(options, loggers);
        TokenRegistry registry = new(store, limits, time);
        TokenKeysEndpoint keys = new(
            options, store, registry, time, new WatchEndpoint(store, metrics, _front.Stopping),
            new ListingEndpoint(options), new ClusterIdHeader(cluster));
        _application = new TokenApplication(
            store, registry, new NewTokenEndpoint(registry, advertisedUrl), keys, () => cluster.UnhealthyReason);
    }

    /// <summary>Where it serves, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls => _front.BoundUrls;

    /// <summary>Opens the listeners and serves.</summary>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _front.StartAsync(_application, cancellation);
        LogServing(string.Join(", ", BoundUrls));
    }

    /// <summary>No new connections, watches end, running requests finish or are cut off.</summary>
    public Task StopAsync(CancellationToken cancellation) => _front.StopAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _front.DisposeAsync();

    [LoggerMessage(EventIds.Api + 40, LogLevel.Information, "the discovery service serves on {Urls}")]
    private partial void LogServing(string urls);
}
