using CoreNode.Api.Access;
using CoreNode.Api.Auth;
using CoreNode.Api.Containers;
using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

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
    private readonly HttpFront _front;
    private readonly ApiApplication _application;
    private readonly ILogger<ApiServer> _log;
    private readonly AuthGate _auth;
    private readonly FixedEndpoints _others;
    private readonly ContainerFront? _containers;

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
        _front = new HttpFront(options, loggers, metrics, time);
        KeysEndpoint keys = new(
            options,
            store,
            time,
            new WatchEndpoint(store, metrics, _front.Stopping),
            new ListingEndpoint(options));
        ClusterIdHeader clusterId = new(cluster);
        _auth = new AuthGate(store, new PasswordLimits { Iterations = options.PasswordIterations }, metrics, time);
        _others = new FixedEndpoints(
            new MembersEndpoint(options, cluster, membership, clusterId),
            new AuthEndpoint(options, _auth, new AuthAdmin(store, _auth, loggers.CreateLogger<AuthAdmin>()), clusterId),
            new StatsEndpoint(store, cluster, time),
            new NodeEndpoint(store, cluster, metrics),
            new OwnEndpoint(new StatusPage(options, store, cluster), new BackupEndpoint(store, backups)));
        _application = new ApiApplication(
            store,
            new CorsPolicy(options.CorsOrigins),
            new AccessGate(options, _auth, metrics, time, loggers),
            clusterId,
            keys,
            _others,
            _auth);
        _containers = ContainerFront.Of(options, _application, time, loggers);
        ProcessFigures.Register(metrics);
        StoreFigures.Register(metrics, store, cluster);
        ClusterFigures.Register(metrics, cluster);
    }

    /// <summary>Where clients are served, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls => _front.BoundUrls;

    /// <summary>Where containers are served now.</summary>
    public IReadOnlyList<Uri> BoundContainerUrls => _containers?.BoundUrls ?? [];

    /// <summary>Where administrators are served besides the unix socket; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundAdminUrls => _front.BoundAdminUrls;

    /// <summary>What is administered here besides the store; none if null. The caller disposes it afterwards.</summary>
    internal IAdminSurface? AdminSurface
    {
        init
        {
            value?.Bind(_front.Stopping);
            _others.Admin = value;
        }
    }

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
        _auth.Dispose();
    }
}
