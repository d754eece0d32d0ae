using System.Net.Sockets;

namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// What is typed at a serial port of a virtual machine, whose output goes to a file. What comes back over the socket is
/// read and thrown away: QEMU sends each character by itself, and some hundred of them that nobody reads would stop the
/// port, and the file with it.
/// </summary>
internal sealed class SerialLine : IDisposable
{
    private static readonly TimeSpan _connectLimit = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;

    private SerialLine(Socket socket)
    {
        _socket = socket;
        _ = DrainAsync();
    }

    /// <summary>Connects to the socket that QEMU made.</summary>
    public static async Task<SerialLine> ConnectAsync(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using CancellationTokenSource limit = new(_connectLimit);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
        return new SerialLine(socket);
    }

    /// <summary>Types it.</summary>
    public async Task SendAsync(string text) => await _socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(text));

    public void Dispose() => _socket.Dispose();

    private async Task DrainAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer) > 0)
            {
                // It is in the file.
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The machine is off, or nobody types any more.
        }
    }
}
