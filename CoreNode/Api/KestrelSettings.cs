using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Access;
using CoreNode.Platform;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace CoreNode.Api;

/// <summary>How Kestrel is set up: Go's limits, and no time-out that a long poll could meet.</summary>
internal static class KestrelSettings
{
    // etcd's listener probes silent clients every 30 s, so that a watch of a dead machine ends.
    private const int KeepAliveSeconds = 30;

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
        limits.MaxRequestBufferSize = options.MaxHeaderBytes * 2L;
        limits.MaxRequestLineSize = options.MaxHeaderBytes;
        limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        limits.MaxRequestHeaderCount = options.MaxHeaderBytes / 4;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = s_longest;
        foreach (Listener listener in ListenersOf(options))
        {
            if (listener.EndPoint is UnixDomainSocketEndPoint)
            {
                kestrel.ListenUnixSocket(
                    options.UnixSocketPath!, listen => ConfigureSocket(listen, listener, admins));
            }
            else
                kestrel.Listen((IPEndPoint)listener.EndPoint, listen => Configure(listen, listener, tls));
        }

        return kestrel;
    }

    /// <summary>The transport.</summary>
    public static SocketTransportOptions MakeSockets() => new()
    {
        UnsafePreferInlineScheduling = true,
        WaitForDataBeforeAllocatingBuffer = false,
        Backlog = 1024,
        CreateBoundListenSocket = static endpoint =>
        {
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            if (endpoint is IPEndPoint)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            }

            return socket;
        },
    };

    /// <summary>Where connections come in, in the order in which they are opened.</summary>
    public static IEnumerable<Listener> ListenersOf(ApiOptions options)
    {
        bool asks = options.Certificates?.Current.RequiresClientCertificate == true;
        foreach (Uri url in options.ListenClientUrls)
            yield return Listener.Of(ListenerKind.Client, url, asks);
        foreach (Uri url in options.ListenAdminUrls)
            yield return Listener.Of(ListenerKind.Admin, url, asks);
        if (options.UnixSocketPath is { } path)
            yield return new Listener(ListenerKind.UnixSocket, new UnixDomainSocketEndPoint(path), false, false);
    }

    // Who connects there is asked of the kernel, once a connection.
    private static void ConfigureSocket(ListenOptions listen, Listener listener, MachineAdmins admins)
    {
        listen.Protocols = HttpProtocols.Http1;
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
        RequestLineReader input = new(connection.Transport.Input);
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
