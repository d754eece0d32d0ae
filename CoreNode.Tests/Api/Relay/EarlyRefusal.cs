using System.Net;
using System.Net.Sockets;

namespace CoreNode.Tests.Api.Relay;

/// <summary>A member that answers a body's first bytes with a refusal and reads nothing more.</summary>
internal sealed class EarlyRefusal : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public EarlyRefusal()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        using Socket socket = await _listener.AcceptSocketAsync();
        byte[] buffer = new byte[1024];
        await socket.ReceiveAsync(buffer);
        await socket.SendAsync("HTTP/1.1 413 Too Long\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The worker has given it up.
        }
    }
}
