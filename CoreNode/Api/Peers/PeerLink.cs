using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CoreNode.Api.Peers;

/// <summary>
/// One connected socket with what every peer connection needs. The only place that touches bytes of a connection: a
/// later one that encrypts puts its stream between here and the socket. One reader and one writer at a time; disposing
/// ends both, from any thread.
/// </summary>
internal sealed class PeerLink : IDisposable
{
    private const int ProbeAfterSeconds = 5;
    private const int ProbeIntervalSeconds = 2;
    private const int Tcp = 6;
    private const int TcpUserTimeout = 18;

    private readonly Socket _socket;

    public PeerLink(Socket socket, TimeSpan acknowledgeTimeout)
    {
        _socket = socket;
        Remote = socket.RemoteEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, ProbeAfterSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeIntervalSeconds);
        Span<byte> milliseconds = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(milliseconds, (int)acknowledgeTimeout.TotalMilliseconds);
        try
        {
            socket.SetRawSocketOption(Tcp, TcpUserTimeout, milliseconds);
        }
        catch (SocketException)
        {
            // A kernel without it finds a dead peer by the probes alone.
        }
    }

    /// <summary>The other side.</summary>
    public EndPoint Remote { get; }

    /// <summary>What the other side's certificate says, once TLS has verified it; null without.</summary>
    public PeerCertificate? RemoteCertificate => null;

    /// <summary>TLS keeps what is sent from others.</summary>
    public bool IsEncrypted => false;

    /// <summary>True if bytes wait to be read, or the other side has closed.</summary>
    public bool HasInput => _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Keeps the kernel from queueing more than about so much for the other side.</summary>
    public void LimitSendBuffer(int bytes) => _socket.SendBufferSize = bytes;

    /// <summary>Makes the blocking calls give up after that time.</summary>
    public void LimitBlocking(TimeSpan timeout)
    {
        _socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;
        _socket.SendTimeout = (int)timeout.TotalMilliseconds;
    }

    /// <summary>Receives some bytes; 0 at the end.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> target, CancellationToken cancellation) =>
        _socket.ReceiveAsync(target, SocketFlags.None, cancellation);

    /// <summary>Sends all bytes; complete at once if the kernel takes them.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellation)..];
    }

    /// <summary>Receives some bytes on a thread that may wait; 0 at the end.</summary>
    public int Receive(Span<byte> target) => _socket.Receive(target);

    /// <summary>Sends all bytes on a thread that may wait.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }

    /// <summary>Tells the other side that nothing more follows; what was sent still arrives.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It is gone already.
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
