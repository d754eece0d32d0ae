using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Access;
using CoreNode.Api.Limits;
using CoreNode.Api.Transport;
using CoreNode.Platform;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CoreNode.Api;

/// <summary>How Kestrel is set up: Go's limits, and no time-out that a long poll could meet.</summary>
internal static class KestrelSettings
{
    // etcd never closes an idle connection. Kestrel's "infinite" overflows its own clock and closes after a second.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3650);

    /// <summary>Limits, protocol and listeners.</summary>
    public static KestrelServerOptions Make(ApiOptions options, TlsGate? tls, MachineAdmins admins)
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
            if (listener.EndPoint is UnixDomainSocketEndPoint socket)
                kestrel.ListenUnixSocket(socket.ToString(), listen => ConfigureSocket(listen, listener, admins));
            else
                kestrel.Listen((IPEndPoint)listener.EndPoint, listen => Configure(listen, listener, tls));
        }

        return kestrel;
    }

    /// <summary>The transport.</summary>
    public static FrontTransport MakeTransport(ApiOptions options, HeldLimits held, LimitLog log)
    {
        EndPoint[] encrypted = [.. ListenersOf(options).Where(static l => l.IsTls).Select(static l => l.EndPoint)];
        return new FrontTransport(options.Limits, new ClientLedger(held, log), encrypted.Contains);
    }

    /// <summary>Where connections come in, in the order in which they are opened.</summary>
    public static IEnumerable<Listener> ListenersOf(ApiOptions options)
    {
        bool asks = options.Certificates?.Current.RequiresClientCertificate == true;
        foreach (Uri url in options.ListenClientUrls)
        {
            Listener client = Listener.Of(ListenerKind.Client, url, asks);
            bool administers = options.AdministersOnLoopback && client.IsLocal;
            yield return administers ? client with { Kind = ListenerKind.Admin } : client;
        }

        foreach (Uri url in options.ListenAdminUrls)
            yield return Listener.Of(ListenerKind.Admin, url, asks);
        foreach (string path in UnixSocketsOf(options))
            yield return new Listener(ListenerKind.UnixSocket, new UnixDomainSocketEndPoint(path), false, false);
    }

    /// <summary>The paths of the unix sockets.</summary>
    public static IEnumerable<string> UnixSocketsOf(ApiOptions options)
    {
        if (options.UnixSocketPath is { } own)
            yield return own;
        if (options.FleetSocketPath is { } fleets)
            yield return fleets;
    }

    // First of all: only who reads already is given what arrives, so that nothing is read ahead for nobody.
    private static void StartOnceRead(ListenOptions listen) => listen.Use(static next => connection =>
    {
        Task served = next(connection);
        connection.Features.Get<SocketConnection>()?.Start();
        return served;
    });

    // Who connects there is asked of the kernel, once a connection.
    private static void ConfigureSocket(ListenOptions listen, Listener listener, MachineAdmins admins)
    {
        listen.Protocols = HttpProtocols.Http1;
        StartOnceRead(listen);
        listen.Use(next => connection =>
        {
            Socket? socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
            Caller caller = admins.Identify(socket is null ? null : PeerCredentials.Of(socket));
            return ServeAsync(connection, listener, caller, next);
        });
    }

    private static void Configure(ListenOptions listen, Listener listener, TlsGate? tls)
    {
        listen.Protocols = HttpProtocols.Http1;
        StartOnceRead(listen);
        if (!listener.IsTls)
        {
            listen.Use(next => connection => ServeAsync(connection, listener, Caller.Unknown, next));
            return;
        }

        TlsGate gate = tls ?? throw new ArgumentException($"{listener.EndPoint}: https needs certificates");
        listen.Use(next => connection => gate.ServeAsync(
            connection, caller => ServeAsync(connection, listener, caller, next)));
    }

    // In clear, behind what encrypts.
    private static Task ServeAsync(
        ConnectionContext connection, Listener listener, Caller caller, ConnectionDelegate next)
    {
        RequestLineReader input = new(
            connection.Transport.Input, connection.Features.Get<SocketConnection>());
        connection.Features.Set(
            new ConnectionState(listener, input, connection.ConnectionClosed) { Caller = caller });
        connection.Transport = new Duplex(input, connection.Transport.Output);
        connection.ConnectionClosed = CancellationToken.None;
        return next(connection);
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
