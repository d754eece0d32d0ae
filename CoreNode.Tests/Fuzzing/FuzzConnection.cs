using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace CoreNode.Tests.Fuzzing;

/// <summary>
/// A blocking connection that takes nothing but well-formed HTTP/1: whatever else comes is an
/// <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class FuzzConnection : IDisposable
{
    private const int PatienceMilliseconds = 20_000;
    private const int MaxBytes = 64 << 20;

    // Kestrel tells who begins with the preface of HTTP/2 that it is not wanted in a frame of HTTP/2.
    private static readonly byte[] s_goAway = [0, 0, 8, 7, 0];

    private readonly Socket _socket;
    private byte[] _buffer = new byte[64 << 10];
    private int _from;
    private int _to;

    public FuzzConnection(Uri server)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = PatienceMilliseconds,
            SendTimeout = PatienceMilliseconds,
        };
        _socket.Connect(server.Host, server.Port);
    }

    /// <summary>The last answer said that the connection ends with it, or it has ended.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>The body of the last answer.</summary>
    public string Body { get; private set; } = "";

    public void Send(byte[] bytes)
    {
        for (int sent = 0; sent < bytes.Length;)
            sent += _socket.Send(bytes.AsSpan(sent));
    }

    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Cuts the connection so that the server sees a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Reads one whole answer; its status, or 0 at the end of the connection.</summary>
    public int ReadAnswer(bool isHead, bool headOnly = false)
    {
        while (true)
        {
            if (_from == _to && !Fill())
            {
                IsClosing = true;
                return 0;
            }

            if (_buffer.AsSpan(_from, _to - _from).StartsWith(s_goAway))
            {
                IsClosing = true;
                return 0;
            }

            string[] head = ReadHead();
            int status = Status(head[0]);
            if (status is >= 100 and < 200)
                continue;
            ReadBody(head, isHead || headOnly || status is 204 or 304);
            return status;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static int Status(string line)
    {
        string[] parts = line.Split(' ', 3);
        bool isGood = parts.Length >= 2 && parts[0] is "HTTP/1.1" or "HTTP/1.0" && parts[1].Length == 3;
        if (isGood && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            return status;
        throw new InvalidDataException($"no status line: {line}");
    }

    private string[] ReadHead()
    {
        int end;
        while ((end = _buffer.AsSpan(_from, _to - _from).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!Fill())
                throw new InvalidDataException($"the connection ended in a head: {Rest()}");
        }

        string[] head = Encoding.Latin1.GetString(_buffer, _from, end).Split("\r\n");
        _from += end + 4;
        foreach (string line in head[1..])
        {
            if (line.IndexOf(':', StringComparison.Ordinal) <= 0 || line.AsSpan().ContainsAny('\r', '\n', '\0'))
                throw new InvalidDataException($"no header: {line}");
        }

        return head;
    }

    private void ReadBody(string[] head, bool isWithout)
    {
        string? length = Header(head, "Content-Length");
        bool isChunked = Header(head, "Transfer-Encoding") == "chunked";
        IsClosing |= Header(head, "Connection") == "close" || head[0].StartsWith("HTTP/1.0", StringComparison.Ordinal);
        Body = "";
        if (isWithout)
            return;
        if (isChunked && length is not null)
            throw new InvalidDataException("both a length and chunks");
        if (isChunked)
            Body = ReadChunks();
        else if (length is not null)
            Body = Encoding.UTF8.GetString(Take(int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture)));
        else if (IsClosing)
            Body = ReadToEnd();
        else
            throw new InvalidDataException($"no length: {string.Join(" | ", head)}");
        if (Header(head, "Content-Type") == "application/json" && Body.Trim().Length > 0)
            CheckJson(Body);
    }

    private static void CheckJson(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"no JSON: {text[..Math.Min(300, text.Length)]}", e);
        }
    }

    private static string? Header(string[] head, string name) =>
        head.FirstOrDefault(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?
            [(name.Length + 1)..].Trim();

    private string ReadChunks()
    {
        List<byte> body = [];
        while (true)
        {
            string line = ReadLine();
            if (!int.TryParse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int length))
                throw new InvalidDataException($"no chunk length: {line}");
            body.AddRange(Take(length));
            if (Take(2) is not [(byte)'\r', (byte)'\n'])
                throw new InvalidDataException("a chunk without its end");
            if (length == 0)
                return Encoding.UTF8.GetString([.. body]);
        }
    }

    private string ReadLine()
    {
        int end;
        while ((end = _buffer.AsSpan(_from, _to - _from).IndexOf("\r\n"u8)) < 0)
        {
            if (!Fill())
                throw new InvalidDataException($"the connection ended in a chunk: {Rest()}");
        }

        string line = Encoding.Latin1.GetString(_buffer, _from, end);
        _from += end + 2;
        return line;
    }

    private byte[] Take(int count)
    {
        if (count > MaxBytes)
            throw new InvalidDataException($"{count} bytes announced");
        while (_to - _from < count)
        {
            if (!Fill())
                throw new InvalidDataException($"the connection ended in a body: {Rest()}");
        }

        byte[] taken = _buffer[_from..(_from + count)];
        _from += count;
        return taken;
    }

    private string ReadToEnd()
    {
        while (Fill())
        {
        }

        return Encoding.UTF8.GetString(Take(_to - _from));
    }

    private string Rest() => Encoding.Latin1.GetString(_buffer, _from, Math.Min(300, _to - _from));

    private bool Fill()
    {
        if (_from == _to)
            _from = _to = 0;
        if (_to == _buffer.Length && _from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        if (_to == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        int count = _socket.Receive(_buffer.AsSpan(_to), SocketFlags.None, out SocketError error);
        if (error is SocketError.TimedOut or SocketError.WouldBlock)
            throw new InvalidDataException($"no answer within {PatienceMilliseconds} ms: {Rest()}");
        _to += Math.Max(count, 0);
        return error == SocketError.Success && count > 0;
    }
}
