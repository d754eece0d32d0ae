using System.Net.Sockets;

namespace CoreNode.Api.Client;

/// <summary>The connections to one endpoint. Thread-safe.</summary>
internal sealed class EndpointConnection : IDisposable
{
    private static readonly HttpRequestOptionsKey<ConnectProgress> s_progress = new("corenode.connect");

    private readonly HttpMessageInvoker _invoker;
    private readonly ClientOptions _options;
    private readonly ClientCertificates _certificates;

    public EndpointConnection(ClientEndpoint endpoint, ClientOptions options, ClientCertificates certificates)
    {
        Endpoint = endpoint;
        _options = options;
        _certificates = certificates;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            // A redirect would turn a PUT into a GET and lose the write; paths are clean, so none is expected.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            ActivityHeadersPropagator = null,
        };
        _invoker = new HttpMessageInvoker(handler);
    }

    public ClientEndpoint Endpoint { get; }

    /// <summary>
    /// Sends and returns once the headers are there. <paramref name="progress"/> tells afterwards how far it came.
    /// </summary>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage message, ConnectProgress progress, CancellationToken cancellation)
    {
        message.Options.Set(s_progress, progress);
        return _invoker.SendAsync(message, cancellation);
    }

    public void Dispose() => _invoker.Dispose();

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        context.InitialRequestMessage.Options.TryGetValue(s_progress, out ConnectProgress? progress);
        if (progress is not null)
            progress.HasBegun = true;
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        Socket socket = Endpoint.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (Endpoint.SocketPath is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), both.Token);
            else
                await socket.ConnectAsync(context.DnsEndPoint, both.Token);
            if (Endpoint.SocketPath is null)
                Tune(socket);
            // Asked here, where a fault counts as a failed connect, and kept by the socket: the handler asks again
            // outside of what it guards, where a peer that is gone by then would surface as a bare SocketException.
            _ = socket.RemoteEndPoint;

            // The handler takes a stream that is encrypted already as it is.
            Stream stream = Endpoint.BaseUri.Scheme == Uri.UriSchemeHttps && Endpoint.SocketPath is null
                ? await ClientTls.SecureAsync(
                    socket, Endpoint, _certificates, _options.AuthoritiesFlag, both.Token)
                : new NetworkStream(socket, ownsSocket: true);
            if (progress is not null)
                progress.IsConnected = true;
            return stream;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Only once connected: .NET 9 gives a socket with options up after the first of a name's addresses fails.
    private static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        // A watch may be silent for days: without probes a node that lost power would never be noticed.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    /// <summary>How far a request's own connection came; neither flag is set if it took one from the pool.</summary>
    public sealed class ConnectProgress
    {
        public volatile bool HasBegun;
        public volatile bool IsConnected;
    }
}
