using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// One keep-alive connection without an HTTP library between: what is sent is what the test wrote, also where no
/// library would write it, and nothing in the answer is repaired. Used by one thread; opened again after the server
/// closed it.
/// </summary>
internal sealed class KeepAliveConnection(Uri server) : IDisposable
{
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(10);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;
    private int _requests;
    private AnswerReader _reader = new("GET");

    /// <summary>The answer being read.</summary>
    public AnswerReader Reader => _reader;

    /// <summary>The connection's socket while it is open, to wait on several at once.</summary>
    public Socket? Socket => _socket;

    /// <summary>
    /// Sends one request and begins its answer. The bytes are those given; Host and lengths are added.
    /// </summary>
    public void Send(string method, string target, string? contentType, string? body)
    {
        StringBuilder head = new();
        head.Append(method).Append(' ').Append(target).Append(" HTTP/1.1\r\nHost: ").Append(server.Authority);
        head.Append("\r\n");
        if (contentType is not null)
            head.Append("Content-Type: ").Append(contentType).Append("\r\n");
        if (body is not null || method is "PUT" or "POST")
            head.Append("Content-Length: ").Append(body?.Length ?? 0).Append("\r\n");
        head.Append("\r\n").Append(body);
        Send(Encoding.Latin1.GetBytes(head.ToString()), method);
    }

    /// <summary>Reads until the whole answer is there.</summary>
    public RawAnswer ReceiveAnswer() => ReceiveUntil(static reader => reader.IsComplete);

    /// <summary>Reads until status and headers are there; the body may follow later.</summary>
    public RawAnswer ReceiveHead() => ReceiveUntil(static reader => reader.HasHead);

    /// <summary>Takes what has arrived without waiting for more.</summary>
    public void Pump()
    {
        while (_socket is { } socket && !_reader.IsComplete && socket.Poll(0, SelectMode.SelectRead))
            ReceiveOnce();
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private void Send(byte[] request, string method)
    {
        _reader = new AnswerReader(method);
        _requests++;
        // An idle connection that the server closed meanwhile shows as readable.
        if (_socket is { } idle && idle.Poll(0, SelectMode.SelectRead))
            Dispose();
        if (_socket is null)
        {
            _requests = 1;
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                _socket.Connect(server.Host, server.Port);
            }
            catch (SocketException problem)
            {
                Dispose();
                throw new IOException($"{server} takes no connections: {problem.Message}", problem);
            }
            _socket.ReceiveTimeout = (int)AnswerDeadline.TotalMilliseconds;
        }
        _socket.Send(request);
    }

    private RawAnswer ReceiveUntil(Func<AnswerReader, bool> enough)
    {
        long started = Stopwatch.GetTimestamp();
        while (!enough(_reader))
        {
            if (_socket is null)
            {
                throw new IOException($"{server} closed the connection at its request {_requests}, "
                    + $"{_reader.BodyLength} bytes of body before the end of the answer");
            }
            if (Stopwatch.GetElapsedTime(started) > AnswerDeadline)
                throw new IOException($"{server} did not answer in {AnswerDeadline}");
            ReceiveOnce();
        }
        if (_reader is { IsComplete: true, Closes: true })
            Dispose();
        return _reader.ToAnswer();
    }

    private void ReceiveOnce()
    {
        int count;
        try
        {
            count = _socket!.Receive(_buffer);
        }
        catch (SocketException problem) when (problem.SocketErrorCode == SocketError.ConnectionReset)
        {
            count = 0;
        }
        if (count == 0)
        {
            _reader.FeedEnd();
            Dispose();
            return;
        }
        _reader.Feed(_buffer.AsSpan(0, count));
    }
}
