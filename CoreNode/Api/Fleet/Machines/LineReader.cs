namespace CoreNode.Api.Fleet.Machines;

/// <summary>Cuts a stream into lines of bytes, each of at most <see cref="MaxLineBytes"/>. One reader.</summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>Longest line, which is longer than any entry of a journal that people want to read.</summary>
    public const int MaxLineBytes = 1 << 20;

    private byte[] _buffer = new byte[16 << 10];
    private int _from;
    private int _to;

    /// <summary>The next line without its end, valid until the next call; null at the stream's end.</summary>
    /// <exception cref="IOException">The stream broke, or a line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        int searched = 0;
        while (true)
        {
            int end = _buffer.AsSpan(_from + searched, _to - _from - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_from, searched + end);
                _from += searched + end + 1;
                return line;
            }

            searched = _to - _from;
            if (searched > MaxLineBytes)
                throw new IOException($"a line of more than {MaxLineBytes} bytes came");
            MakeRoom();
            int count = await stream.ReadAsync(_buffer.AsMemory(_to), cancellation);
            _to += count;
            if (count > 0)
                continue;
            ReadOnlyMemory<byte> rest = _buffer.AsMemory(_from, _to - _from);
            _from = _to;

            // A bare null would become an empty memory here.
            return rest.IsEmpty ? (ReadOnlyMemory<byte>?)null : rest;
        }
    }

    private void MakeRoom()
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        if (_to == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
