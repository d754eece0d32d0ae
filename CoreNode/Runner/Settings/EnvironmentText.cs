using System.Text;

namespace CoreNode.Runner.Settings;

/// <summary>Variables in unit files and in files of their own (systemd.exec(5), EnvironmentFile=). Pure.</summary>
internal static class EnvironmentText
{
    /// <summary>Assignments of one Environment= line: words "NAME=value".</summary>
    public static IEnumerable<KeyValuePair<string, string>> Assignments(string line, Specifiers specifiers)
    {
        foreach (string word in Words.Split(line) ?? [])
        {
            if (Divide(specifiers.Resolve(word)) is { } pair)
                yield return pair;
        }
    }

    /// <summary>
    /// Assignments of a file: NAME=value lines, `#` and `;` begin comments, values may be quoted, a backslash at the
    /// end goes on in the next line.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> File(string content)
    {
        List<KeyValuePair<string, string>> found = [];
        int at = 0;
        while (at < content.Length)
        {
            string name = Name(content, ref at);
            if (at >= content.Length || content[at] != '=' || name.StartsWith('#') || name.StartsWith(';'))
            {
                SkipLine(content, ref at);
                continue;
            }

            at++;
            string value = Value(content, ref at);
            if (IsName(name))
                found.Add(new KeyValuePair<string, string>(name, value));
        }

        return found;
    }

    /// <summary>"NAME=value" in its two parts; null if it is none.</summary>
    public static KeyValuePair<string, string>? Divide(string assignment)
    {
        int at = assignment.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && IsName(assignment[..at])
            ? new KeyValuePair<string, string>(assignment[..at], assignment[(at + 1)..])
            : null;
    }

    private static bool IsName(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return name.Length > 0 && !char.IsAsciiDigit(name[0]);
    }

    private static string Name(string content, ref int at)
    {
        int start = at;
        bool isComment = false;
        while (at < content.Length && content[at] != '\n' && (isComment || content[at] != '='))
        {
            isComment |= content[at] is '#' or ';' && content[start..at].Trim().Length == 0;
            at++;
        }

        return content[start..at].Trim();
    }

    private static void SkipLine(string content, ref int at)
    {
        while (at < content.Length && content[at] != '\n')
            at++;
        at++;
    }

    private static string Value(string content, ref int at)
    {
        while (at < content.Length && content[at] is ' ' or '\t')
            at++;
        StringBuilder value = new();
        int kept = 0;
        char quote = '\0';
        for (; at < content.Length && (quote != '\0' || content[at] != '\n'); at++)
        {
            char c = content[at];
            char next = at + 1 < content.Length ? content[at + 1] : '\0';
            if (c == '\\' && quote != '\'')
            {
                at++;
                if (next == '\n')
                    continue;
                // Inside double quotes a backslash is itself before anything but these.
                if (quote == '"' && next is not ('"' or '\\' or '`' or '$'))
                    value.Append('\\');
                if (next != '\0')
                    value.Append(next);
                kept = value.Length;
            }
            else if (c == quote)
            {
                quote = '\0';
                kept = value.Length;
            }
            else if (quote == '\0' && (c is '"' or '\'') && value.ToString().Trim().Length == 0)
            {
                quote = c;
                value.Clear();
                kept = 0;
            }
            else
            {
                value.Append(c);
                if (quote != '\0' || !char.IsWhiteSpace(c))
                    kept = value.Length;
            }
        }

        at++;
        return value.ToString(0, kept);
    }
}
