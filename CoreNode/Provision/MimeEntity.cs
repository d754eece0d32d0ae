using System.Text;

namespace CoreNode.Provision;

/// <summary>
/// One entity of MIME (RFC 2045, 2046): its header fields and its body, each character a byte. Only what user data has:
/// no encoded words, no comments.
/// </summary>
internal sealed class MimeEntity
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    private MimeEntity(string body) => Body = body;

    /// <summary>What follows the header.</summary>
    public string Body { get; }

    /// <summary>Its type in lower case; empty: none is told.</summary>
    public string Type => Value("Content-Type").Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>True if that begins with a header field that a message of MIME has.</summary>
    public static bool IsHeader(string firstLine)
    {
        string name = firstLine.Split(':')[0].ToLowerInvariant();
        bool isField = name is "content-type" or "mime-version" or "content-transfer-encoding"
            or "content-disposition" or "from" or "to" or "subject" or "date" or "message-id" or "received"
            or "x-merge-type" or "merge-type";
        return (isField && name.Length < firstLine.Length)
            || firstLine.StartsWith("From ", StringComparison.Ordinal);
    }

    /// <summary>Takes header and body apart; null: a line of the header has no colon.</summary>
    public static MimeEntity? Read(string text)
    {
        List<KeyValuePair<string, string>> fields = [];
        int at = 0;
        while (at < text.Length)
        {
            string line = LineAt(text, ref at);
            if (line.Length == 0)
                break;
            int colon = line.StartsWith("From ", StringComparison.Ordinal) ? -1 : line.IndexOf(':');
            if (line[0] is ' ' or '\t' && fields.Count > 0)
                fields[^1] = new(fields[^1].Key, $"{fields[^1].Value} {line.Trim()}");
            else if (colon > 0)
                fields.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
            else if (fields.Count > 0 || !line.StartsWith("From ", StringComparison.Ordinal))
                return null;
        }

        MimeEntity entity = new(text[at..]);
        entity._fields.AddRange(fields);
        return entity;
    }

    /// <summary>A parameter of a header field, such as its boundary; empty: there is none.</summary>
    public string Parameter(string field, string name)
    {
        string value = Value(field);
        for (int at = value.IndexOf(';'); at >= 0;)
        {
            int equals = value.IndexOf('=', at);
            if (equals < 0)
                return "";
            string key = value[(at + 1)..equals].Trim();
            int start = equals + 1;
            while (start < value.Length && value[start] == ' ')
                start++;
            bool isQuoted = start < value.Length && value[start] == '"';
            int end = isQuoted ? value.IndexOf('"', start + 1) : value.IndexOf(';', start);
            end = end < 0 ? value.Length : end;
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return isQuoted ? value[(start + 1)..end] : value[start..end].Trim();
            at = end < value.Length ? value.IndexOf(';', end) : -1;
        }

        return "";
    }

    /// <summary>The parts between the boundaries; null: the last boundary is missing, so the text is cut off.</summary>
    public IReadOnlyList<string>? Parts(string boundary)
    {
        List<string> parts = [];
        string delimiter = $"--{boundary}";
        int start = -1;
        for (int at = 0; at < Body.Length;)
        {
            int lineStart = at;
            string line = LineAt(Body, ref at).TrimEnd();
            bool isLast = line.Length == delimiter.Length + 2 && line.EndsWith("--", StringComparison.Ordinal);
            if (!line.StartsWith(delimiter, StringComparison.Ordinal) || (line.Length > delimiter.Length && !isLast))
                continue;
            if (start >= 0)
                parts.Add(Body[start..Math.Max(start, EndBefore(lineStart))]);
            if (isLast)
                return parts;
            start = at;
        }

        return null;
    }

    /// <summary>The body's bytes; null: its encoding is unknown, or it is not encoded so.</summary>
    public byte[]? Decode()
    {
        switch (Value("Content-Transfer-Encoding").ToLowerInvariant())
        {
            case "" or "7bit" or "8bit" or "binary":
                return Encoding.Latin1.GetBytes(Body);
            case "base64":
                byte[] bytes = new byte[Body.Length];
                return Convert.TryFromBase64String(Body, bytes, out int length) ? bytes[..length] : null;
            case "quoted-printable":
                return Unquoted();
            default:
                return null;
        }
    }

    private string Value(string name)
    {
        foreach ((string key, string value) in _fields)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return "";
    }

    // RFC 2046, 5.1.1: the line end before a boundary belongs to the boundary.
    private int EndBefore(int lineStart)
    {
        int end = lineStart > 0 && Body[lineStart - 1] == '\n' ? lineStart - 1 : lineStart;
        return end > 0 && end < lineStart && Body[end - 1] == '\r' ? end - 1 : end;
    }

    private byte[] Unquoted()
    {
        StringBuilder plain = new(Body.Length);
        for (int at = 0; at < Body.Length;)
        {
            int lineStart = at;
            string line = LineAt(Body, ref at);
            bool hasEnd = at > lineStart && Body[at - 1] == '\n';
            line = line.TrimEnd(' ', '\t');
            bool isSoft = line.EndsWith('=');
            Unquote(isSoft ? line[..^1] : line, plain);
            if (!isSoft && hasEnd)
                plain.Append('\n');
        }

        return Encoding.Latin1.GetBytes(plain.ToString());
    }

    private static void Unquote(string line, StringBuilder plain)
    {
        for (int i = 0; i < line.Length; i++)
        {
            bool isCode = line[i] == '=' && i + 2 < line.Length
                && char.IsAsciiHexDigit(line[i + 1]) && char.IsAsciiHexDigit(line[i + 2]);
            if (!isCode)
            {
                plain.Append(line[i]);
                continue;
            }

            plain.Append((char)Convert.FromHexString(line.AsSpan(i + 1, 2))[0]);
            i += 2;
        }
    }

    // The line at a place without its end; the place becomes the next line's.
    private static string LineAt(string text, ref int at)
    {
        int end = text.IndexOf('\n', at);
        string line = end < 0 ? text[at..] : text[at..end];
        at = end < 0 ? text.Length : end + 1;
        return line.EndsWith('\r') ? line[..^1] : line;
    }
}
