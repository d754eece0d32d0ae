using System.Globalization;
using System.Text;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Parses one answer out of bytes that arrive piece by piece: length, chunks or the end of the connection (RFC 9112
/// §6). Strict on purpose: an answer that a lenient client would accept fails the comparison here.
/// </summary>
internal sealed class AnswerReader(string method)
{
    private readonly List<byte> _body = [];
    private readonly List<KeyValuePair<string, string>> _headers = [];
    private byte[] _pending = [];
    private int _status;
    private long _bodyLeft = -1;
    private Framing _framing = Framing.Head;

    private enum Framing
    {
        Head,
        Length,
        ChunkSize,
        ChunkData,
        Trailer,
        UntilClose,
        Done,
    }

    /// <summary>True once status line and headers are there.</summary>
    public bool HasHead => _framing != Framing.Head;

    /// <summary>True once the whole answer is there.</summary>
    public bool IsComplete => _framing == Framing.Done;

    /// <summary>True when the server said that it closes the connection.</summary>
    public bool Closes { get; private set; }

    /// <summary>Body bytes so far.</summary>
    public int BodyLength => _body.Count;

    /// <summary>Complete lines of the body so far: events of a stream.</summary>
    public int BodyLines => _body.Count(b => b == (byte)'\n');

    /// <summary>What has arrived so far.</summary>
    public RawAnswer ToAnswer() => new(_status, _headers, [.. _body], IsComplete);

    /// <summary>Takes bytes from the connection.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        _pending = [.. _pending, .. bytes];
        while (Consume())
        {
        }
    }

    /// <summary>The server closed the connection: the end of a body without length, a cut answer otherwise.</summary>
    public void FeedEnd()
    {
        Closes = true;
        if (_framing == Framing.UntilClose)
            _framing = Framing.Done;
    }

    private bool Consume() => _framing switch
    {
        Framing.Head => ConsumeHead(),
        Framing.Length => ConsumeBody(Framing.Done),
        Framing.ChunkSize => ConsumeChunkSize(),
        Framing.ChunkData => ConsumeBody(Framing.ChunkSize),
        Framing.Trailer => ConsumeTrailer(),
        Framing.UntilClose => ConsumeAll(),
        Framing.Done => false,
        _ => throw new InvalidOperationException($"unknown framing {_framing}"),
    };

    private bool ConsumeHead()
    {
        int end = _pending.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        string[] lines = Encoding.Latin1.GetString(_pending, 0, end).Split("\r\n");
        _pending = _pending[(end + 4)..];
        if (!lines[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
            throw new FormatException($"not an HTTP/1.1 status line: {lines[0]}");
        _status = int.Parse(lines[0].AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':');
            _headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }
        ChooseFraming();
        return true;
    }

    private void ChooseFraming()
    {
        RawAnswer head = ToAnswer();
        Closes = string.Equals(head.Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);
        if (method == "HEAD" || _status is 204 or 304)
            _framing = Framing.Done;
        else if (string.Equals(head.Header("Transfer-Encoding"), "chunked", StringComparison.OrdinalIgnoreCase))
            _framing = Framing.ChunkSize;
        else if (head.Header("Content-Length") is { } length)
            StartBody(long.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture), Framing.Length);
        else
            _framing = Framing.UntilClose;
    }

    private void StartBody(long length, Framing framing)
    {
        _bodyLeft = length;
        _framing = length == 0 && framing == Framing.Length ? Framing.Done : framing;
    }

    private bool ConsumeChunkSize()
    {
        int end = _pending.AsSpan().IndexOf("\r\n"u8);
        if (end < 0)
            return false;
        string size = Encoding.Latin1.GetString(_pending, 0, end);
        _pending = _pending[(end + 2)..];
        long length = long.Parse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _framing = length == 0 ? Framing.Trailer : Framing.ChunkData;
        // The chunk's own line end is read with it and cut off again.
        _bodyLeft = length + 2;
        return true;
    }

    private bool ConsumeBody(Framing next)
    {
        if (_pending.Length == 0)
            return false;
        int taken = (int)Math.Min(_bodyLeft, _pending.Length);
        _body.AddRange(_pending.AsSpan(0, taken));
        _pending = _pending[taken..];
        _bodyLeft -= taken;
        if (_bodyLeft > 0)
            return false;
        if (next == Framing.ChunkSize)
            _body.RemoveRange(_body.Count - 2, 2);
        _framing = next;
        return true;
    }

    private bool ConsumeTrailer()
    {
        if (_pending.Length < 2)
            return false;
        _pending = _pending[2..];
        _framing = Framing.Done;
        return false;
    }

    private bool ConsumeAll()
    {
        _body.AddRange(_pending.AsSpan());
        _pending = [];
        return false;
    }
}
