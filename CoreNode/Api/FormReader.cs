using CoreNode.Api.Wire;

namespace CoreNode.Api;

/// <summary>
/// Walks the pairs of a query or form as Go's net/url does: "&amp;" separates, "+" is a space, %XX is decoded. A bad
/// pair is passed over and remembered as the error of the whole; a semicolon's error outdoes earlier ones.
/// </summary>
internal ref struct FormReader(ReadOnlySpan<byte> text, Span<byte> room)
{
    private ReadOnlySpan<byte> _rest = text;
    private Span<byte> _room = room;

    /// <summary>The present pair's name, decoded.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The present pair's value, decoded.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>What was wrong, in Go's words; null if nothing was.</summary>
    public string? Error { get; private set; }

    /// <summary>Memory that was handed in and is not used yet.</summary>
    public readonly Span<byte> Room => _room;

    /// <summary>Goes to the next good pair; false at the end.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            int end = _rest.IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (pair.Contains((byte)';'))
            {
                Error = "invalid semicolon separator in query";
                continue;
            }

            if (pair.IsEmpty)
                continue;
            int equals = pair.IndexOf((byte)'=');
            ReadOnlySpan<byte> value = equals < 0 ? default : pair[(equals + 1)..];
            if (!TryUnescape(equals < 0 ? pair : pair[..equals], out ReadOnlySpan<byte> name)
                || !TryUnescape(value, out value))
            {
                continue;
            }

            Name = name;
            Value = value;
            return true;
        }

        return false;
    }

    private bool TryUnescape(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> decoded)
    {
        decoded = text;
        int special = text.IndexOfAny((byte)'%', (byte)'+');
        if (special < 0)
            return true;
        text[..special].CopyTo(_room);
        int to = special;
        for (int from = special; from < text.Length; from++)
        {
            byte b = text[from];
            if (b == '+')
            {
                b = (byte)' ';
            }
            else if (b == '%')
            {
                if (text.Length - from < 3 || !GoPath.TryHex(text[from + 1], text[from + 2], out b))
                {
                    ReadOnlySpan<byte> shown = text[from..];
                    Error ??= "invalid URL escape " + GoText.Quote(shown[..Math.Min(3, shown.Length)]);
                    return false;
                }

                from += 2;
            }

            _room[to++] = b;
        }

        decoded = _room[..to];
        _room = _room[to..];
        return true;
    }
}
