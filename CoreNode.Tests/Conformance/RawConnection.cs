using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Conformance;

/// <summary>One TCP connection that sends exactly the bytes it is given and reads one answer.</summary>
internal sealed class RawConnection : IDisposable
{
    private const int ReadSizeBytes = 65536;

    private readonly Socket _socket;
    private readonly MemoryStream _received = new();

    private RawConnection(Socket socket)
    {
        _socket = socket;
    }

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        return new RawConnection(socket);
    }

    /// <summary>Sends; a server that closes early is not an error here: its answer is read all the same.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            for (int sent = 0; sent < bytes.Length;)
                sent += await _socket.SendAsync(bytes[sent..]);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Sends a request head, given without its empty line, and a body.</summary>
    public Task SendAsync(string head, byte[] body) =>
        SendAsync((byte[])[.. Encoding.UTF8.GetBytes(head + "\r\n"), .. body]);

    /// <summary>
    /// Reads until <paramref name="enough"/> agrees, the answer ends, the connection ends, or the time is over;
    /// null if not even the head has come by then.
    /// </summary>
    public async Task<RawResponse?> ReceiveAsync(TimeSpan timeout, Func<RawResponse, bool> enough)
    {
        using CancellationTokenSource deadline = new(timeout);
        byte[] buffer = new byte[ReadSizeBytes];
        while (true)
        {
            RawResponse? response = RawResponse.Parse(_received.GetBuffer().AsSpan(0, (int)_received.Length));
            if (response is not null && (response.Complete || enough(response)))
                return response;
            try
            {
                int read = await _socket.ReceiveAsync(buffer, deadline.Token);
                if (read == 0)
                    return response;
                _received.Write(buffer, 0, read);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                return response;
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _received.Dispose();
    }
}
