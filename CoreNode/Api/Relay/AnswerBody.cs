using System.Buffers.Text;

namespace CoreNode.Api.Relay;

/// <summary>
/// Where the body of an answer ends, and what of the bytes received is body (RFC 9112 §6 and §7.1). Pure and strict: a
/// member that frames wrongly could make a later request get an earlier one's answer.
/// </summary>
internal struct AnswerBody
{
    private const int MostLineBytes = 8 << 10;

    private Part _part;
    private long _left;

    private enum Part
    {
        Done,
        Counted,
        UntilClose,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailer,
    }

    /// <summary>There is none.</summary>
    public static AnswerBody None => default;

    /// <summary>So many bytes.</summary>
    public static AnswerBody Counted(long length) =>
        new() { _part = length == 0 ? Part.Done : Part.Counted, _left = length };

    /// <summary>Chunks.</summary>
    public static AnswerBody Chunked => new() { _part = Part.ChunkSize };

    /// <summary>Everything until the member closes.</summary>
    public static AnswerBody UntilClose => new() { _part = Part.UntilClose };

    /// <summary>All of it was read.</summary>
    public readonly bool IsDone => _part == Part.Done;

    /// <summary>Bytes that are still to come, if that was told.</summary>
    public readonly long? Left => _part is Part.Counted ? _left : null;

    /// <summary>The connection's end is the body's.</summary>
    public readonly bool EndsWithConnection => _part == Part.UntilClose;

    /// <summary>
    /// Reads on: <paramref name="consumed"/> bytes of the input are used up, <paramref name="data"/> of them belong to
    /// the body. Nothing consumed means that more input is needed. False if it makes no sense.
    /// </summary>
    public bool TryRead(ReadOnlySpan<byte> input, out int consumed, out ReadOnlySpan<byte> data)
    {
        consumed = 0;
        data = default;
        switch (_part)
        {
            case Part.Done:
                return true;
            case Part.UntilClose:
                data = input;
                consumed = input.Length;
                return true;
            case Part.Counted:
            case Part.ChunkData:
                ReadData(input, out consumed, out data);
                return true;
            case Part.ChunkSize:
                return TryReadSize(input, out consumed);
            case Part.ChunkEnd:
                return TryReadEnd(input, out consumed);
            case Part.Trailer:
                return TryReadTrailer(input, out consumed);
            default:
                throw new InvalidOperationException("an unknown part of a body");
        }
    }

    private void ReadData(ReadOnlySpan<byte> input, out int consumed, out ReadOnlySpan<byte> data)
    {
        consumed = (int)Math.Min(input.Length, _left);
        data = input[..consumed];
        _left -= consumed;
        if (_left == 0)
            _part = _part == Part.Counted ? Part.Done : Part.ChunkEnd;
    }

    private bool TryReadSize(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        if (!TryReadLine(input, out ReadOnlySpan<byte> line, out int length))
            return false;
        if (length == 0)
            return true;
        if (!Utf8Parser.TryParse(line, out long size, out int digits, 'x') || digits > 15 || size < 0)
            return false;
        ReadOnlySpan<byte> rest = line[digits..].TrimStart(" \t"u8);
        if (!rest.IsEmpty && rest[0] != ';')
            return false;
        consumed = length;
        _left = size;
        _part = size == 0 ? Part.Trailer : Part.ChunkData;
        return true;
    }

    private bool TryReadEnd(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        if (input.Length < 2)
            return input.IsEmpty || input[0] == '\r';
        if (!input.StartsWith("\r\n"u8))
            return false;
        consumed = 2;
        _part = Part.ChunkSize;
        return true;
    }

    private bool TryReadTrailer(ReadOnlySpan<byte> input, out int consumed)
    {
        if (!TryReadLine(input, out ReadOnlySpan<byte> line, out consumed))
            return false;
        if (consumed > 0 && line.IsEmpty)
            _part = Part.Done;
        return true;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line, out int length)
    {
        length = 0;
        line = default;
        int end = input.IndexOf((byte)'\n');
        if (end < 0)
            return input.Length <= MostLineBytes;
        if (end == 0 || input[end - 1] != '\r')
            return false;
        line = input[..(end - 1)];
        length = end + 1;
        return true;
    }
}
