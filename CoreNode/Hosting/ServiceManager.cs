using System.Net.Sockets;
using System.Text;

namespace CoreNode.Hosting;

/// <summary>
/// Tells the service manager how the node is (sd_notify(3)): a datagram to the socket that it names. Without one,
/// nothing is sent. The protocol is stable and needs no library.
/// </summary>
public sealed class ServiceManager : IDisposable
{
    private readonly Socket? _socket;

    /// <summary>Connects to the address in NOTIFY_SOCKET, if there is one.</summary>
    public ServiceManager(string? notifySocket, string? watchdogMicroseconds)
    {
        if (string.IsNullOrEmpty(notifySocket))
            return;
        string path = notifySocket[0] == '@' ? "\0" + notifySocket[1..] : notifySocket;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        if (long.TryParse(watchdogMicroseconds, out long microseconds) && microseconds > 0)
            WatchdogInterval = TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>How often the manager wants to hear from us at least; null if it does not watch.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>The node serves.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>
    /// The node waits for others, and is to be given as much time again: the manager's start limit is not for that.
    /// </summary>
    public void Waiting(string status, TimeSpan time) =>
        Send($"EXTEND_TIMEOUT_USEC={(long)time.TotalMicroseconds}\nSTATUS={status}");

    /// <summary>The node is alive.</summary>
    public void Alive() => Send("WATCHDOG=1");

    /// <summary>The node stops on purpose.</summary>
    public void Stopping() => Send("STOPPING=1\nSTATUS=stopping");

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private void Send(string state)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // The manager restarts or its buffer is full; the next ping tells it.
        }
    }
}
