using System.Text;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// Contents that are written into a URL (RFC 2397): <c>data:,text</c>, <c>data:;base64,dGV4dA==</c>. Pure.
/// </summary>
public static class DataUrl
{
    private const string Scheme = "data:";

    /// <summary>True for what begins as one.</summary>
    public static bool Is(string url) => url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The content; null and why: it is none.</summary>
    public static byte[]? Decode(string url, out string problem)
    {
        int comma = url.IndexOf(',', StringComparison.Ordinal);
        if (!Is(url) || comma < 0)
        {
            problem = "a data URL needs a comma before its content, such as data:,text or data:;base64,dGV4dA==";
            return null;
        }

        ReadOnlySpan<char> kind = url.AsSpan(Scheme.Length, comma - Scheme.Length);
        if (Unescape(url.AsSpan(comma + 1), out problem) is not { } content)
            return null;
        if (!kind.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            return content;
        byte[] room = new byte[content.Length];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(content, room, out _, out int length)
            == System.Buffers.OperationStatus.Done)
            return room[..length];
        problem = "what follows \"base64,\" is not base64: letters, digits, + and /, with = to a multiple of four";
        return null;
    }

    // What must not stand in a URL is taken as it is, since texts are often pasted; % always means two digits.
    private static byte[]? Unescape(ReadOnlySpan<char> text, out string problem)
    {
        problem = "";
        byte[] content = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = 0;
        while (text.Length > 0)
        {
            int plain = text.IndexOf('%');
            ReadOnlySpan<char> before = plain < 0 ? text : text[..plain];
            length += Encoding.UTF8.GetBytes(before, content.AsSpan(length));
            if (plain < 0)
                break;
            text = text[plain..];
            if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
            {
                problem = "a % in a data URL is followed by two hexadecimal digits; % itself is %25";
                return null;
            }

            content[length++] = (byte)(HexOf(text[1]) << 4 | HexOf(text[2]));
            text = text[3..];
        }

        return content[..length];
    }

    private static int HexOf(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
