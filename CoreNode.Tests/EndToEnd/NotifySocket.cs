using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.EndToEnd;

/// <summary>Stands in for systemd at the other end of NOTIFY_SOCKET: a datagram for each notification.</summary>
internal sealed class NotifySocket : IDisposable
{
    private const int LongestMessage = 4096;

    private readonly TestFolder _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket()
    {
        Path = _folder.File("notify");
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
    }

    public string Path { get; }

    /// <summary>Waits for a datagram with this assignment in a line of its own; others are passed over.</summary>
    public async Task WaitForAsync(string assignment, TimeSpan deadline)
    {
        using CancellationTokenSource timeout = new(deadline);
        List<string> seen = [];
        byte[] buffer = new byte[LongestMessage];
        try
        {
            while (true)
            {
                int length = await _socket.ReceiveAsync(buffer, timeout.Token);
                string message = Encoding.UTF8.GetString(buffer, 0, length);
                if (message.Split('\n').Contains(assignment))
                    return;
                seen.Add(message);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no {assignment} within {deadline}, only: {string.Join(" | ", seen)}");
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _folder.Dispose();
    }
}
