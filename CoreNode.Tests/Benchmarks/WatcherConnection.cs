using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Benchmarks;

/// <summary>One stream watcher: counts the events that it is told.</summary>
internal sealed class WatcherConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[4096];
    private byte _last;

    /// <summary>Starts the watch; the server has it once the answer's head is there.</summary>
    public WatcherConnection(Uri server)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(server.Host, server.Port);
        Descriptor = (int)_socket.Handle;
        _socket.Send(Encoding.ASCII.GetBytes(
            $"GET /v2/keys/watched?wait=true&stream=true HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n"));
        int received = 0;
        while (_buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8) < 0)
            received += _socket.Receive(_buffer, received, _buffer.Length - received, SocketFlags.None);
    }

    public int Descriptor { get; }

    /// <summary>Takes what has arrived; how many events it completes: each ends in a brace and a line end.</summary>
    public int ReceiveEvents()
    {
        int count = EventPoll.Receive(Descriptor, _buffer);
        if (count == 0)
            throw new IOException("the server ended a watch");
        int events = _last == '}' && _buffer[0] == '\n' ? 1 : 0;
        events += _buffer.AsSpan(0, count).Count("}\n"u8);
        _last = _buffer[count - 1];
        return events;
    }

    public void Dispose() => _socket.Dispose();
}
