using CoreNode.Api.Access;
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
internal sealed partial class HttpFront : IAsyncDisposable
{
    private readonly ApiOptions _options;
    private readonly FrontTransport _transport;
    private readonly MachineAdmins _admins = MachineAdmins.OfThisProcess();
    private readonly ILogger<HttpFront> _log;
    private readonly KestrelServer _kestrel;
    private readonly TlsGate? _tls;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isStopped;

    /// <summary>Nothing is opened yet.</summary>
    public HttpFront(
        ApiOptions options, ILoggerFactory loggers, MetricRegistry? metrics = null, TimeProvider? time = null)
    {
        _options = options;
        _log = loggers.CreateLogger<HttpFront>();
        metrics ??= new MetricRegistry();
        time ??= TimeProvider.System;
        if (options.Certificates is { } certificates)
        {
            TlsLog tlsLog = new(metrics, time, loggers.CreateLogger<HttpFront>());
            _tls = new TlsGate(certificates, options, tlsLog, time);
        }

        long files = ProcessFigures.MaxOpenFiles;
        HeldLimits held = HeldLimits.Of(options.Limits, files == 0 ? long.MaxValue : files);
        LimitLog limitLog = new(held, metrics, loggers);
        _transport = KestrelSettings.MakeTransport(options, held, limitLog);
        _kestrel = new KestrelServer(
            Options.Create(KestrelSettings.Make(options, _tls, _admins)),
            _transport,
            new KestrelRefusals(new WarningsOnly(loggers), limitLog));
        LimitFigures.Register(metrics, _transport.Ledger);
    }

    /// <summary>Where clients are served, with the ports that were chosen; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundUrls { get; private set; } = [];

    /// <summary>Where administrators are served, in the order of the options; empty before the start.</summary>
    public IReadOnlyList<Uri> BoundAdminUrls { get; private set; } = [];

    /// <summary>Fires when what never ends by itself (a watch) has to end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Opens the listeners and serves.</summary>
    /// <exception cref="IOException">An address cannot be bound, or another process serves the unix socket.</exception>
    public async Task StartAsync(IHttpApplication<RequestContext> application, CancellationToken cancellation)
    {
        foreach (string path in KestrelSettings.UnixSocketsOf(_options))
        {
            if (!await UnixSocketFile.TryClearAsync(path, cancellation))
                throw new IOException($"another process serves the unix socket {path}");
        }

        await _kestrel.StartAsync(application, cancellation);
        foreach (string bound in KestrelSettings.UnixSocketsOf(_options))
        {
            if (UnixSocketFile.Restrict(bound, _admins.Group) is { } problem)
                LogSocketNotShared(bound, MachineAdmins.GroupName, problem);
        }

        // Kestrel knows nothing of the TLS before it.
        Uri[] urls = [.. _kestrel.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .Where(static a => !a.StartsWith("http://unix:", StringComparison.Ordinal))
            .Zip(KestrelSettings.ListenersOf(_options), static (address, listener) =>
                new UriBuilder(address) { Scheme = listener.IsTls ? "https" : "http" }.Uri)];
        BoundUrls = urls[.._options.ListenClientUrls.Count];
        BoundAdminUrls = urls[_options.ListenClientUrls.Count..];
        if (_options.IsAdminInsecure)
            LogAdminInsecure(string.Join(", ", urls.Select(static u => u.GetLeftPart(UriPartial.Authority))));
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
        _tls?.Dispose();
        _transport.Dispose();
        _stopping.Dispose();
    }
}
