using System.Buffers;
using System.Globalization;
using System.Text;

namespace CoreNode.Units.Quadlet;

/// <summary>Words of values as systemd splits them (systemd.syntax(7), Quoting), and words of a command line.</summary>
internal static class ContainerWords
{
    private static readonly SearchValues<char> s_quoted = SearchValues.Create(" \t\n\r\"'\\");

    /// <summary>The words of a value; null where a quote has no end.</summary>
    public static List<string>? Split(string value)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool isWord = false;
        char quote = '\0';
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (quote == '\0' && (c == ' ' || c == '\t'))
            {
                if (isWord)
                    words.Add(word.ToString());
                word.Clear();
                isWord = false;
                continue;
            }

            isWord = true;
            if (c == '\\' && i + 1 < value.Length)
                i = Unescape(value, i + 1, word);
            else if (c == quote)
                quote = '\0';
            else if (quote == '\0' && (c == '"' || c == '\''))
                quote = c;
            else
                word.Append(c);
        }

        if (isWord)
            words.Add(word.ToString());
        return quote == '\0' ? words : null;
    }

    /// <summary>A word as it stands in ExecStart=; specifiers and variables stay systemd's to fill in.</summary>
    public static string Quote(string word)
    {
        if (word.Length > 0 && word != ";" && word.AsSpan().IndexOfAny(s_quoted) < 0)
            return word;
        StringBuilder text = new("\"");
        foreach (char c in word)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        return text.Append('"').ToString();
    }

    // Gives the place of the last character that belongs to the escape.
    private static int Unescape(string value, int at, StringBuilder word)
    {
        char c = value[at];
        if (c == 'x' && at + 2 < value.Length
            && byte.TryParse(
                value.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte code)
            && code is > 0 and < 0x80)
        {
            word.Append((char)code);
            return at + 2;
        }

        switch (c)
        {
            case 'n':
                word.Append('\n');
                break;
            case 't':
                word.Append('\t');
                break;
            case 'r':
                word.Append('\r');
                break;
            case 's':
                word.Append(' ');
                break;
            case '\\' or '"' or '\'':
                word.Append(c);
                break;
            default:
                word.Append('\\').Append(c);
                break;
        }

        return at;
    }
}
