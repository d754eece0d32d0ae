namespace CoreNode.Api.Peers.Requests;

/// <summary>Cuts a stream into lines. One reader.</summary>
/// <param name="stream">The stream.</param>
/// <param name="maxLineBytes">The longest line that is taken.</param>
internal sealed class MessageLines(Stream stream, int maxLineBytes)
{
    private const int FirstBytes = 512;

    private byte[] _buffer = new byte[FirstBytes];
    private int _start;
    private int _end;

    /// <summary>The next line without its end, valid until the next call; null at the end of the stream.</summary>
    /// <exception cref="IOException">A line is too long, or the stream broke.</exception>
    internal async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
                _start += length + 1;
                return line;
            }

            MakeRoom();
            int count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (count == 0)
                return null;
            _end += count;
        }
    }

    private void MakeRoom()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end < _buffer.Length)
            return;
        if (_buffer.Length >= maxLineBytes)
            throw new IOException($"a line of more than {maxLineBytes} bytes came");
        Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
