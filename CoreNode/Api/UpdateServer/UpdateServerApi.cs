using CoreNode.Api.UpdateServer.Rest;
using CoreNode.Foundation;
using CoreNode.Updates.Server;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// The update server over HTTP: machines (Omaha and packages), administrators (REST), people (the page at "/") and
/// monitors, on TCP, TLS and a unix socket. Started and stopped once.
/// </summary>
public sealed partial class UpdateServerApi : IAsyncDisposable
{
    private readonly HttpFront _front;
    private readonly UpdateServerApplication _application;
    private readonly ApiOptions _options;
    private readonly UpdateServerSettings _settings;
    private readonly ILogger<UpdateServerApi> _log;

    /// <summary>Wires the surface to a server; nothing is opened yet.</summary>
    /// <param name="options">Listeners, certificates and limits.</param>
    /// <param name="settings">What else is set.</param>
    /// <param name="server">Who answers.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="time">The clock of log lines and figures.</param>
    /// <param name="loggers">Where it logs.</param>
    public UpdateServerApi(
        ApiOptions options, UpdateServerSettings settings, IUpdateServer server, MetricRegistry metrics,
        TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _settings = settings;
        _log = loggers.CreateLogger<UpdateServerApi>();
        // Its warning about --insecure-admin is that of a node.
        _front = new HttpFront(options with { IsAdminInsecure = false }, loggers, metrics, time);
        ServerGate gate = new(server, options, settings, metrics, time, loggers);
        ServerFigures figures = new(server, metrics);
        _application = new UpdateServerApplication(
            new OmahaEndpoint(server, gate, settings, metrics, time, _front.Stopping),
            new PackageEndpoint(server, gate, metrics),
            new RestEndpoint(server, gate, options.ProgramVersion, metrics, time, loggers, _front.Stopping),
            figures, new PageFiles(), options.ProgramVersion, _front.Stopping);
        ProcessFigures.Register(metrics);
    }

    /// <summary>Where it serves, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls => _front.BoundUrls;

    /// <summary>Opens the listeners and serves.</summary>
    /// <exception cref="IOException">An address cannot be bound, or another process serves the unix socket.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _front.StartAsync(_application, cancellation);
        LogServing(string.Join(", ", BoundUrls), _options.UnixSocketPath ?? "none");
        if (_settings.IsViewOpen)
            LogViewOpen();
        if (_options.IsAdminInsecure)
            LogAdminInsecure();
    }

    /// <summary>No new connections, waits end, running requests finish or are cut off.</summary>
    public Task StopAsync(CancellationToken cancellation) => _front.StopAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _front.DisposeAsync();

    [LoggerMessage(EventIds.Api + 71, LogLevel.Information,
        "the update server serves on {Urls}; administrators of this machine on {Socket}")]
    private partial void LogServing(string urls, string socket);

    [LoggerMessage(EventIds.Api + 72, LogLevel.Warning,
        "--open-view: whoever reaches the update server sees its machines, their versions and addresses")]
    private partial void LogViewOpen();

    [LoggerMessage(EventIds.Api + 73, LogLevel.Warning,
        "--insecure-admin: administrators' tokens are taken over networks in clear, where others may read them; start "
        + "the server without it as soon as you can")]
    private partial void LogAdminInsecure();
}
