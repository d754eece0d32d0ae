namespace CoreNode.Api;

/// <summary>
/// How Go's net/http reads paths, byte for byte: unescaping, cleaning before routing, escaping of a redirect. Pure.
/// </summary>
internal static class GoPath
{
    private const string UpperHex = "0123456789ABCDEF";

    /// <summary>
    /// Decodes %XX in place; returns the new length, or -1 for a malformed escape. <c>+</c> stands for itself.
    /// </summary>
    public static int Unescape(Span<byte> path)
    {
        int to = path.IndexOf((byte)'%');
        if (to < 0)
            return path.Length;
        for (int from = to; from < path.Length; from++, to++)
        {
            byte b = path[from];
            if (b == '%')
            {
                if (path.Length - from < 3 || !TryHex(path[from + 1], path[from + 2], out b))
                    return -1;
                from += 2;
            }

            path[to] = b;
        }

        return to;
    }

    /// <summary>Reads two hexadecimal digits.</summary>
    public static bool TryHex(byte high, byte low, out byte value)
    {
        value = 0;
        if (!char.IsAsciiHexDigit((char)high) || !char.IsAsciiHexDigit((char)low))
            return false;
        value = (byte)(HexValue(high) << 4 | HexValue(low));
        return true;
    }

    /// <summary>True if routing takes the path as it is; a false alarm is possible, see <see cref="Clean"/>.</summary>
    public static bool LooksClean(ReadOnlySpan<byte> path) =>
        path.Length > 0 && path[0] == '/' && path.IndexOf("//"u8) < 0 && path.IndexOf("/."u8) < 0;

    /// <summary>
    /// The path as ServeMux wants it: lexically shortest, one slash at its start, its last slash kept. A path that
    /// differs from it is answered by a redirect.
    /// </summary>
    public static byte[] Clean(ReadOnlySpan<byte> path)
    {
        List<Range> parts = [];
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = path[range];
            if (part.IsEmpty || part.SequenceEqual("."u8))
                continue;
            if (!part.SequenceEqual(".."u8))
                parts.Add(range);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        List<byte> clean = [];
        foreach (Range range in parts)
        {
            clean.Add((byte)'/');
            clean.AddRange(path[range]);
        }

        if (clean.Count == 0 || path[^1] == '/')
            clean.Add((byte)'/');
        return [.. clean];
    }

    /// <summary>Escapes a path for a Location header: letters, digits and -_.~$&amp;+,/:;=@ stay.</summary>
    public static string Escape(ReadOnlySpan<byte> path)
    {
        System.Text.StringBuilder text = new(path.Length);
        foreach (byte b in path)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "-_.~$&+,/:;=@".Contains((char)b))
                text.Append((char)b);
            else
                text.Append('%').Append(UpperHex[b >> 4]).Append(UpperHex[b & 0xF]);
        }

        return text.ToString();
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
