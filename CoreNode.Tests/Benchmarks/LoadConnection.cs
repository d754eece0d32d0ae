using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Benchmarks;

/// <summary>One keep-alive connection with at most one request on its way. Parses no more than it must.</summary>
internal sealed class LoadConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(16 * 1024, pinned: true);
    private readonly TlsClient? _tls;
    private int _received;

    public LoadConnection(Uri server)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(server.Host, server.Port);
        Descriptor = (int)_socket.Handle;
        if (server.Scheme == Uri.UriSchemeHttps)
            _tls = new TlsClient(Descriptor);
    }

    public int Descriptor { get; }

    /// <summary>When the request on its way was sent, by <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long SentAt { get; private set; }

    /// <summary>The status of the answer that <see cref="Receive"/> completed.</summary>
    public int Status { get; private set; }

    public void Send(ReadOnlySpan<byte> request)
    {
        SentAt = Stopwatch.GetTimestamp();
        if (_tls is null)
            EventPoll.Send(Descriptor, request);
        else
            _tls.Send(request);
    }

    /// <summary>Takes what has arrived; true once it completes the answer.</summary>
    public bool Receive()
    {
        Span<byte> free = _buffer.AsSpan(_received);
        int count = _tls is null ? EventPoll.Receive(Descriptor, free) : _tls.Receive(free);
        if (count == 0 && _tls is not null)
            return false;
        if (count == 0)
            throw new IOException("the server closed a connection of the load generator");
        _received += count;
        if (!IsWhole(_buffer.AsSpan(0, _received)))
            return _received < _buffer.Length ? false : throw new IOException("an answer is larger than expected");
        _received = 0;
        return true;
    }

    /// <summary>See <see cref="TlsClient.AskForNewKeys"/>.</summary>
    public void AskForNewKeys() => _tls?.AskForNewKeys();

    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    private bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int headEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return false;
        ReadOnlySpan<byte> head = answer[..headEnd];
        Status = Digits(head["HTTP/1.1 ".Length..]);
        int length = head.IndexOf("\r\nContent-Length: "u8);
        if (length < 0)
            throw new IOException($"an answer without length: {Encoding.ASCII.GetString(head)}");
        int whole = headEnd + 4 + Digits(head[(length + "\r\nContent-Length: ".Length)..]);
        if (answer.Length > whole)
            throw new IOException("more than one answer to one request");
        return answer.Length == whole;
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        int value = 0;
        for (int i = 0; i < text.Length && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
            value = value * 10 + text[i] - '0';
        return value;
    }
}
