using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoreNode.Api;

/// <summary>
/// The client surface of one node: etcd's v2 API over HTTP/1.1 on TCP and on a unix socket. Kestrel's HTTP stack
/// without host, routing and middleware; the application works on its features directly. In: requests, and the store
/// and cluster behind their interfaces. Out: answers, byte for byte etcd's. What holds: the thread that polls the
/// sockets and the one that applies writes never do more than a bounded piece of work at a time; nothing is buffered
/// without a limit; a key or value is bytes and never text.
/// </summary>
public sealed partial class ApiServer : IAsyncDisposable
{
    private readonly ApiOptions _options;
    private readonly KestrelServer _kestrel;
    private readonly ApiApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger<ApiServer> _log;
    private bool _isStopped;

    /// <summary>Wires the surface to a store; nothing is opened yet.</summary>
    public ApiServer(
        ApiOptions options,
        IKeyStore store,
        IClusterView cluster,
        IMembership membership,
        IBackupSource backups,
        MetricRegistry metrics,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        _options = options;
        _log = loggers.CreateLogger<ApiServer>();
        KeysEndpoint keys = new(
            options,
            store,
            time,
            new WatchEndpoint(store, metrics, _stopping.Token),
            new ListingEndpoint(options));
        ClusterIdHeader clusterId = new(cluster);
        FixedEndpoints others = new(
            new MembersEndpoint(options, cluster, membership, clusterId),
            new AuthEndpoint(options, clusterId),
            new StatsEndpoint(store, cluster, time),
            new NodeEndpoint(store, cluster, metrics),
            new OwnEndpoint(new StatusPage(options, store, cluster), new BackupEndpoint(store, backups)));
        _application = new ApiApplication(store, new CorsPolicy(options.CorsOrigins), clusterId, keys, others);
        ProcessFigures.Register(metrics);
        StoreFigures.Register(metrics, store, cluster);
        ClusterFigures.Register(metrics, cluster);
        WarningsOnly warnings = new(loggers);
        _kestrel = new KestrelServer(
            Options.Create(KestrelSettings.Make(options)),
            new SocketTransportFactory(Options.Create(KestrelSettings.MakeSockets()), warnings),
            warnings);
    }

    /// <summary>Where clients are served, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls { get; private set; } = [];

    /// <summary>
    /// Sets what .NET reads from the environment when it opens its first socket: completions run on the thread that
    /// polls the sockets instead of crossing to the pool, which halves the cost of a small request. Call it first in
    /// the process; later it has no effect.
    /// </summary>
    /// <param name="engineThreads">Threads that poll; more than one pays only with more than two cores.</param>
    public static void ConfigureProcess(int engineThreads = 1)
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable(
            "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT",
            engineThreads.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Opens the listeners and serves.</summary>
    /// <exception cref="IOException">An address cannot be bound, or another process serves the unix socket.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_options.UnixSocketPath is { } path && !await UnixSocketFile.TryClearAsync(path, cancellation))
            throw new IOException($"another process serves the unix socket {path}");
        await _kestrel.StartAsync(_application, cancellation);
        if (_options.UnixSocketPath is { } bound)
            UnixSocketFile.Restrict(bound);
        BoundUrls = [.. _kestrel.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .Where(static a => !a.StartsWith("http://unix:", StringComparison.Ordinal))
            .Select(static a => new Uri(a))];
        LogServing(string.Join(", ", BoundUrls), _options.UnixSocketPath ?? "none");
    }

    /// <summary>
    /// Stops: no new connections, watches end, running requests finish or are cut off after
    /// <see cref="ApiOptions.DrainTime"/>.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (_isStopped)
            return;
        _isStopped = true;
        await _stopping.CancelAsync();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_options.DrainTime);
        await _kestrel.StopAsync(deadline.Token);
        LogStopped();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _kestrel.Dispose();
        _stopping.Dispose();
    }
}
