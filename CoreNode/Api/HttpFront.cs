using CoreNode.Api.Limits;
using CoreNode.Api.Transport;
using CoreNode.Foundation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoreNode.Api;

/// <summary>
/// The listeners of one surface, whatever answers there: Kestrel's HTTP/1.1 stack without host, routing and middleware,
/// on TCP, TLS and a unix socket. Started and stopped once; any thread.
/// </summary>
internal sealed class HttpFront : IAsyncDisposable
{
    private readonly ApiOptions _options;
    private readonly FrontTransport _transport;
    private readonly KestrelServer _kestrel;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isStopped;

    /// <summary>Nothing is opened yet.</summary>
    public HttpFront(ApiOptions options, MetricRegistry metrics, ILoggerFactory loggers)
    {
        _options = options;
        LimitLog log = new(options.Limits, metrics, loggers);
        _transport = KestrelSettings.MakeTransport(options, log);
        _kestrel = new KestrelServer(
            Options.Create(KestrelSettings.Make(options)), _transport, new KestrelRefusals(new WarningsOnly(loggers), log));
        LimitFigures.Register(metrics, _transport.Ledger);
    }

    /// <summary>Where clients are served, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls { get; private set; } = [];

    /// <summary>Fires when what never ends by itself (a watch) has to end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Opens the listeners and serves.</summary>
    /// <exception cref="IOException">An address cannot be bound, or another process serves the unix socket.</exception>
    public async Task StartAsync(IHttpApplication<RequestContext> application, CancellationToken cancellation)
    {
        if (_options.UnixSocketPath is { } path && !await UnixSocketFile.TryClearAsync(path, cancellation))
            throw new IOException($"another process serves the unix socket {path}");
        await _kestrel.StartAsync(application, cancellation);
        if (_options.UnixSocketPath is { } bound)
            UnixSocketFile.Restrict(bound);
        BoundUrls = [.. _kestrel.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .Where(static a => !a.StartsWith("http://unix:", StringComparison.Ordinal))
            .Select(static a => new Uri(a))];
    }

    /// <summary>
    /// No new connections, watches end, running requests finish or are cut off after
    /// <see cref="ApiOptions.DrainTime"/>. False if it was stopped before.
    /// </summary>
    public async Task<bool> StopAsync(CancellationToken cancellation)
    {
        if (_isStopped)
            return false;
        _isStopped = true;
        await _stopping.CancelAsync();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_options.DrainTime);
        await _kestrel.StopAsync(deadline.Token);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _kestrel.Dispose();
        _transport.Dispose();
        _stopping.Dispose();
    }
}
