using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Limits;
using CoreNode.Api.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CoreNode.Api;

/// <summary>How Kestrel is set up: Go's limits, and no time-out that a long poll could meet.</summary>
internal static class KestrelSettings
{
    // etcd never closes an idle connection. Kestrel's "infinite" overflows its own clock and closes after a second.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3650);

    /// <summary>Limits, protocol and listeners.</summary>
    public static KestrelServerOptions Make(ApiOptions options)
    {
        KestrelServerOptions kestrel = new()
        {
            AddServerHeader = false,
            AllowHostHeaderOverride = true,
            AllowSynchronousIO = false,
            ApplicationServices = NoServices.Instance,
        };
        KestrelServerLimits limits = kestrel.Limits;
        ApiLimits own = options.Limits;

        // Not a size that is read ahead: FrontTransport bounds that, but Kestrel compares the two.
        limits.MaxRequestBufferSize = own.MaxHeaderBytes * 2L;
        limits.MaxRequestLineSize = own.MaxHeaderBytes;
        limits.MaxRequestHeadersTotalSize = own.MaxHeaderBytes;
        limits.MaxRequestHeaderCount = own.MaxHeaderBytes / 4;
        limits.MaxRequestBodySize = null;
        limits.RequestHeadersTimeout = own.HeadTime;
        limits.MinRequestBodyDataRate = new MinDataRate(own.MinBytesPerSecond, own.GraceTime);
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = s_longest;
        foreach (Listener listener in ListenersOf(options))
        {
            if (listener.EndPoint is UnixDomainSocketEndPoint)
                kestrel.ListenUnixSocket(options.UnixSocketPath!, listen => Configure(listen, listener, own.MaxHeaderBytes));
            else
                kestrel.Listen(
                    (IPEndPoint)listener.EndPoint, listen => Configure(listen, listener, own.MaxHeaderBytes));
        }

        return kestrel;
    }

    /// <summary>The transport.</summary>
    public static FrontTransport MakeTransport(ApiOptions options, LimitLog log)
    {
        EndPoint[] encrypted = [.. ListenersOf(options).Where(static l => l.IsTls).Select(static l => l.EndPoint)];
        long files = ProcessFigures.MaxOpenFiles;
        return new FrontTransport(
            options.Limits, new ClientLedger(options.Limits, files == 0 ? long.MaxValue : files, log),
            encrypted.Contains);
    }

    private static IEnumerable<Listener> ListenersOf(ApiOptions options)
    {
        bool asks = options.Certificates?.Current.RequiresClientCertificate == true;
        foreach (Uri url in options.ListenClientUrls)
            yield return Listener.Of(ListenerKind.Client, url, asks);
        foreach (Uri url in options.ListenAdminUrls)
            yield return Listener.Of(ListenerKind.Admin, url, asks);
        if (options.UnixSocketPath is { } path)
            yield return new Listener(ListenerKind.UnixSocket, new UnixDomainSocketEndPoint(path), false, false);
    }

    private static void Configure(ListenOptions listen, Listener listener, int maxHeadBytes)
    {
        listen.Protocols = HttpProtocols.Http1;

        // First of all: only who reads already is given what arrives, so that nothing is read ahead for nobody.
        listen.Use(static next => connection =>
        {
            Task served = next(connection);
            connection.Features.Get<SocketConnection>()?.Start();
            return served;
        });
        listen.Use(next => connection =>
        {
            RequestLineReader input = new(
                connection.Transport.Input, connection.Features.Get<SocketConnection>(), maxHeadBytes);
            connection.Features.Set(new ConnectionState(listener, input, connection.ConnectionClosed));
            connection.Transport = new Duplex(input, connection.Transport.Output);
            connection.ConnectionClosed = CancellationToken.None;
            return next(connection);
        });
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    // Kestrel asks a service container for logging and certificates only; it has the first and needs no second.
    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
