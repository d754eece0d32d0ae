using System.Net;
using System.Net.Sockets;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>Sockets of this process in another namespace: where a socket is opened decides where it talks.</summary>
internal static class NamespaceSockets
{
    /// <summary>An unconnected TCP socket, in our own namespace if none is given.</summary>
    public static Socket Open(NetworkNamespace? inside)
    {
        static Socket New() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        return inside is null ? New() : inside.Run(New);
    }

    /// <summary>A handler for HttpClient whose connections are made there, or all to one unix socket.</summary>
    public static SocketsHttpHandler Handler(NetworkNamespace? inside, string? unixSocket = null) => new()
    {
        MaxConnectionsPerServer = 100,
        UseProxy = false,
        ConnectCallback = async (context, cancel) =>
        {
            Socket socket = unixSocket is null
                ? Open(inside) : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                EndPoint target = unixSocket is null
                    ? context.DnsEndPoint : new UnixDomainSocketEndPoint(unixSocket);
                await socket.ConnectAsync(target, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
