namespace CoreNode.Api;

/// <summary>
/// Go's reading of a Content-Type header (mime.ParseMediaType), because etcd answers its complaints as error 210.
/// </summary>
internal static class MediaType
{
    /// <summary>The content type of a form.</summary>
    public const string Form = "application/x-www-form-urlencoded";

    /// <summary>
    /// True if the header names a form. <paramref name="error"/> is Go's complaint; a form whose parameters are wrong
    /// has both.
    /// </summary>
    public static bool IsForm(string? header, out string? error)
    {
        error = null;
        if (header is Form)
            return true;
        if (string.IsNullOrEmpty(header))
            return false;
        int end = header.IndexOf(';');
        string type = (end < 0 ? header : header[..end]).Trim().ToLowerInvariant();
        error = CheckType(type);
        if (error is not null)
            return false;
        if (end >= 0 && !CheckParameters(header.AsSpan(end), out error))
            return false;
        return type == Form;
    }

    private static string? CheckType(string type)
    {
        int slash = TokenLength(type);
        if (slash == 0)
            return "mime: no media type";
        if (slash == type.Length)
            return null;
        if (type[slash] != '/')
            return "mime: expected slash after first token";
        int length = TokenLength(type.AsSpan(slash + 1));
        if (length == 0)
            return "mime: expected token after slash";
        return slash + 1 + length == type.Length ? null : "mime: unexpected content after media subtype";
    }

    // False only where Go forgets the type itself.
    private static bool CheckParameters(ReadOnlySpan<char> rest, out string? error)
    {
        Dictionary<string, string> seen = [];
        error = null;
        while (true)
        {
            rest = rest.TrimStart();
            if (rest.IsEmpty)
                return true;
            if (!TryTakeParameter(ref rest, out string name, out string value))
            {
                if (rest.Trim() is not ";")
                    error = "mime: invalid media parameter";
                return true;
            }

            if (!seen.TryAdd(name, value) && seen[name] != value)
            {
                error = "mime: duplicate parameter name";
                return false;
            }
        }
    }

    private static bool TryTakeParameter(ref ReadOnlySpan<char> rest, out string name, out string value)
    {
        name = value = "";
        if (rest[0] != ';')
            return false;
        ReadOnlySpan<char> at = rest[1..].TrimStart();
        int length = TokenLength(at);
        if (length == 0)
            return false;
        name = at[..length].ToString().ToLowerInvariant();
        at = at[length..].TrimStart();
        if (at.IsEmpty || at[0] != '=')
            return false;
        at = at[1..].TrimStart();
        length = ValueLength(at, out value);
        if (length == 0)
            return false;
        rest = at[length..];
        return true;
    }

    private static int ValueLength(ReadOnlySpan<char> text, out string value)
    {
        value = "";
        if (text.IsEmpty || text[0] != '"')
        {
            int length = TokenLength(text);
            value = text[..length].ToString();
            return length;
        }

        System.Text.StringBuilder unquoted = new();
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                value = unquoted.ToString();
                return i + 1;
            }

            // Go leaves a backslash alone unless it stands before a character that would need one.
            if (text[i] == '\\' && i + 1 < text.Length && !IsToken(text[i + 1]))
                i++;
            if (text[i] is '\r' or '\n')
                return 0;
            unquoted.Append(text[i]);
        }

        return 0;
    }

    private static int TokenLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && IsToken(text[length]))
            length++;
        return length;
    }

    private static bool IsToken(char c) =>
        c is > ' ' and < '\x7F' && !"()<>@,;:\\\"/[]?=".Contains(c);
}
