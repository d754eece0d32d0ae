using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api.Relay;

/// <summary>
/// Reads the head of a member's answer and passes it on: status and headers, without those that are about the
/// connection between the two (RFC 9110 §7.6.1) and without the member's own CORS headers, which are this node's to
/// say. What came is judged as a whole before anything counts; a head that makes no sense is no answer.
/// </summary>
internal struct AnswerHead
{
    private const string EtcdIndex = "X-Etcd-Index";
    private const string RaftIndex = "X-Raft-Index";
    private const string RaftTerm = "X-Raft-Term";
    private const string ClusterIdName = "X-Etcd-Cluster-Id";

    private static readonly SearchValues<byte> s_nameBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> s_valueBytes = SearchValues.Create(
        "\t !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    // Most answers of a worker carry the same one.
    private static StringValues s_lastClusterId = "";

    private long _contentLength;
    private bool _isChunked;
    private bool _hasOtherCoding;
    private string? _connectionNames;

    /// <summary>HTTP status.</summary>
    public int Status { get; private set; }

    /// <summary>The cluster that the answer comes from; 0 where it does not say.</summary>
    public ulong ClusterId { get; private set; }

    /// <summary>Bytes of the head, its empty line included.</summary>
    public int Length { get; private set; }

    /// <summary>The connection serves on after this answer.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>The body's length, if it was told.</summary>
    public readonly long? ContentLength => _contentLength >= 0 && !_isChunked ? _contentLength : null;

    /// <summary>
    /// Reads and passes on a head; 0 in <see cref="Length"/> means that it is not complete yet. False if it makes no
    /// sense: then the headers of the context are to be cleared.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> received, RequestContext? context, out AnswerHead head)
    {
        head = new AnswerHead { _contentLength = -1 };
        int end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return true;
        ReadOnlySpan<byte> lines = received[..(end + 2)];
        int first = lines.IndexOf("\r\n"u8);
        if (!head.TryReadStatus(lines[..first]))
            return false;
        RequestContext? target = head.Status >= 200 ? context : null;
        for (lines = lines[(first + 2)..]; !lines.IsEmpty;)
        {
            int length = lines.IndexOf("\r\n"u8);
            if (!head.TryReadHeader(lines[..length], target))
                return false;
            lines = lines[(length + 2)..];
        }

        if (head._hasOtherCoding || (head._isChunked && head._contentLength >= 0))
            return false;
        head.Length = end + 4;
        if (target is not null)
            head.Finish(target);
        return true;
    }

    /// <summary>How the body is framed.</summary>
    public AnswerBody Body(bool isHead)
    {
        if (isHead || Status is 204 or 304)
            return AnswerBody.None;
        if (_isChunked)
            return AnswerBody.Chunked;
        if (_contentLength >= 0)
            return AnswerBody.Counted(_contentLength);
        KeepsAlive = false;
        return AnswerBody.UntilClose;
    }

    private bool TryReadStatus(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1')
            || line[8] != ' ' || (line.Length > 12 && line[12] != ' ')
            || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out int digits) || digits != 3)
        {
            return false;
        }

        Status = status;
        KeepsAlive = line[7] == '1';

        // 101 would begin another protocol, which was not asked for.
        return status is >= 100 and <= 599 and not 101;
    }

    private bool TryReadHeader(ReadOnlySpan<byte> line, RequestContext? context)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(s_nameBytes))
            return false;
        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAnyExceptInRange((byte)' ', (byte)'~') && value.ContainsAnyExcept(s_valueBytes))
            return false;
        switch (name.Length)
        {
            case 14 when Is(name, "content-length"u8):
                return TryReadLength(value);
            case 17 when Is(name, "transfer-encoding"u8):
                _hasOtherCoding |= _isChunked || !Is(value, "chunked"u8);
                _isChunked = true;
                return true;
            case 10 when Is(name, "connection"u8):
                KeepsAlive &= !Contains(value, "close"u8);
                if (!Is(value, "close"u8) && !Is(value, "keep-alive"u8))
                    _connectionNames += "," + Encoding.ASCII.GetString(value);
                return true;
            case 17 when context is null && Is(name, "x-etcd-cluster-id"u8):
                ClusterId = Utf8Parser.TryParse(value, out ulong id, out int digits, 'x') && digits == value.Length
                    ? id
                    : 0;
                return true;
            default:
                if (context is not null && !IsOfConnection(name))
                    Pass(context, name, value);
                return true;
        }
    }

    private bool TryReadLength(ReadOnlySpan<byte> value)
    {
        bool isNumber = Utf8Parser.TryParse(value, out long length, out int digits)
            && digits == value.Length && length >= 0 && value[0] is >= (byte)'0' and <= (byte)'9';
        bool isFirst = _contentLength < 0 || _contentLength == length;
        _contentLength = length;
        return isNumber && isFirst;
    }

    private readonly void Finish(RequestContext context)
    {
        context.Status = Status;
        if (ContentLength is { } length && Status is not 204)
            context.Headers.ContentLength = length;
        foreach (string name in _connectionNames?.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            context.Headers.Remove(name);
        }
    }

    private static void Pass(RequestContext context, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 12 when Is(name, "content-type"u8):
                context.Headers.ContentType = value.SequenceEqual("application/json"u8)
                    ? RequestContext.JsonType
                    : Encoding.ASCII.GetString(value);
                break;
            case 12 when Is(name, "x-etcd-index"u8):
                context.Headers[EtcdIndex] = Encoding.ASCII.GetString(value);
                break;
            case 12 when Is(name, "x-raft-index"u8):
                context.Headers[RaftIndex] = Encoding.ASCII.GetString(value);
                break;
            case 11 when Is(name, "x-raft-term"u8):
                context.Headers[RaftTerm] = Encoding.ASCII.GetString(value);
                break;
            case 17 when Is(name, "x-etcd-cluster-id"u8):
                context.Headers[ClusterIdName] = ClusterIdText(value);
                break;
            default:
                string key = Encoding.ASCII.GetString(name);
                context.Headers[key] = StringValues.Concat(context.Headers[key], Encoding.ASCII.GetString(value));
                break;
        }
    }

    private static StringValues ClusterIdText(ReadOnlySpan<byte> value)
    {
        StringValues last = s_lastClusterId;
        string text = last[0]!;
        if (text.Length == value.Length && Ascii.Equals(value, text))
            return last;
        return s_lastClusterId = Encoding.ASCII.GetString(value);
    }

    // What ends here, and what this node says itself.
    private static bool IsOfConnection(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => Is(name, "te"u8),
        4 => Is(name, "date"u8),
        6 => Is(name, "server"u8),
        7 => Is(name, "trailer"u8) || Is(name, "upgrade"u8),
        10 => Is(name, "keep-alive"u8),
        16 => Is(name, "proxy-connection"u8),
        18 => Is(name, "proxy-authenticate"u8),
        19 => Is(name, "proxy-authorization"u8),
        27 => Is(name, "access-control-allow-origin"u8),
        28 => Is(name, "access-control-allow-methods"u8) || Is(name, "access-control-allow-headers"u8),
        _ => false,
    };

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(text, lower);

    private static bool Contains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> lower)
    {
        foreach (Range part in list.Split((byte)','))
        {
            if (Is(list[part].Trim(" \t"u8), lower))
                return true;
        }

        return false;
    }
}
