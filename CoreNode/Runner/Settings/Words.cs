using System.Text;

namespace CoreNode.Runner.Settings;

/// <summary>
/// Splits a line into words with systemd's quotes and escapes (systemd.syntax(7), Quoting). Pure.
/// </summary>
internal static class Words
{
    /// <summary>
    /// The words of a line; null if a quote is not closed. A word that was written as `\;` is kept so: what the caller
    /// makes of it, it must tell from `;`.
    /// </summary>
    public static IReadOnlyList<string>? Split(string line)
    {
        List<string> words = [];
        int at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
                at++;
            if (at == line.Length)
                return words;
            if (Next(line, ref at) is not { } word)
                return null;
            words.Add(word);
        }
    }

    private static string? Next(string line, ref int at)
    {
        StringBuilder word = new();
        char quote = '\0';
        while (at < line.Length)
        {
            char c = line[at];
            if (quote == '\0' && char.IsWhiteSpace(c))
                return word.ToString();
            at++;
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else if (c == '\\' && at < line.Length)
                Escape(line, ref at, word);
            else
                word.Append(c);
        }

        return quote == '\0' ? word.ToString() : null;
    }

    private static void Escape(string line, ref int at, StringBuilder word)
    {
        char c = line[at++];
        const string plain = "abfnrtvs\\\"'";
        const string meant = "\a\b\f\n\r\t\v \\\"'";
        int index = plain.IndexOf(c, StringComparison.Ordinal);
        if (index >= 0)
            word.Append(meant[index]);
        else if (c == 'x' && Number(line, at, 2, 16) is { } hex)
            Append(word, hex, ref at, 2);
        else if (c == 'u' && Number(line, at, 4, 16) is { } unicode)
            Append(word, unicode, ref at, 4);
        else if (c is >= '0' and <= '7' && Number(line, at - 1, 3, 8) is { } octal)
            Append(word, octal, ref at, 2);
        else
            // Unknown ones stay as they are written, as systemd takes them (with a warning).
            word.Append('\\').Append(c);
    }

    private static void Append(StringBuilder word, int number, ref int at, int length)
    {
        word.Append((char)number);
        at += length;
    }

    private static int? Number(string line, int at, int length, int radix)
    {
        if (at + length > line.Length)
            return null;
        int value = 0;
        foreach (char c in line.AsSpan(at, length))
        {
            int digit = char.IsAsciiHexDigit(c) ? HexValue(c) : radix;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
        }

        return value;
    }

    private static int HexValue(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
