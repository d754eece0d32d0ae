using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace CoreNode.Api.Peers;

/// <summary>
/// One connected socket with what every peer connection needs. The only place that touches bytes of a connection, in
/// clear or encrypted (<see cref="PeerTls"/>). One reader and one writer at a time; disposing ends both, from any
/// thread.
/// </summary>
internal sealed class PeerLink : IDisposable
{
    private const int ProbeAfterSeconds = 5;
    private const int ProbeIntervalSeconds = 2;
    private const int Tcp = 6;
    private const int TcpUserTimeout = 18;

    private readonly Socket _socket;
    private PeerSocketStream? _encrypted;
    private SslStream? _tls;

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

    /// <summary>Everything is encrypted, and the side that was dialled has proved who it is.</summary>
    public bool IsTls => _tls is not null;

    /// <summary>The verified certificate of the other side; null without TLS, or where none was asked for.</summary>
    public PeerCertificate? Certificate { get; private set; }

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

    /// <summary>What encrypts from now on; <see cref="EndHandshake"/> says that it may be used.</summary>
    public SslStream BeginTls()
    {
        _encrypted = new PeerSocketStream(_socket);
        _tls = new SslStream(_encrypted, leaveInnerStreamOpen: false);
        return _tls;
    }

    /// <summary>The other side is who it should be.</summary>
    public void EndHandshake(PeerCertificate? certificate)
    {
        Certificate = certificate;
        if (_encrypted is not null)
            _encrypted.IsInHandshake = false;
    }

    /// <summary>Looks at bytes that arrive, and leaves them there.</summary>
    public ValueTask<int> PeekAsync(Memory<byte> target, CancellationToken cancellation) =>
        _socket.ReceiveAsync(target, SocketFlags.Peek, cancellation);

    /// <summary>Receives some bytes; 0 at the end.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> target, CancellationToken cancellation) =>
        _tls is null
            ? _socket.ReceiveAsync(target, SocketFlags.None, cancellation)
            : _tls.ReadAsync(target, cancellation);

    /// <summary>Sends all bytes; complete at once if the kernel takes them.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        _tls is null ? SendPlainAsync(bytes, cancellation) : _tls.WriteAsync(bytes, cancellation);

    /// <summary>Sends all bytes as they are, for who does not speak TLS.</summary>
    public async ValueTask SendPlainAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellation)..];
    }

    /// <summary>Receives some bytes on a thread that may wait; 0 at the end.</summary>
    public int Receive(Span<byte> target) => _tls is null ? _socket.Receive(target) : _tls.Read(target);

    /// <summary>Sends all bytes on a thread that may wait.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_tls is not null)
        {
            _tls.Write(bytes);
            return;
        }

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
    public void Dispose()
    {
        // The socket first: whoever waits in it comes back, and nothing more is sent.
        _socket.Dispose();
        _tls?.Dispose();
    }
}
