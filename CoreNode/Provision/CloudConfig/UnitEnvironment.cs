using System.Text;

namespace CoreNode.Provision.CloudConfig;

/// <summary>The variables that a unit or drop-in sets (systemd.exec(5)), and what else is in it.</summary>
internal static class UnitEnvironment
{
    private const int MostOthers = 8;

    /// <summary>Reads a text.</summary>
    /// <param name="content">The unit or drop-in.</param>
    /// <param name="others">Gets the names of other settings, each once.</param>
    public static List<KeyValuePair<string, string>> Read(string content, List<string> others)
    {
        List<KeyValuePair<string, string>> variables = [];
        StringBuilder joined = new();
        foreach (string raw in content.Split('\n'))
        {
            string line = raw.Trim();
            if (line.StartsWith('#') || line.StartsWith(';'))
                continue;
            if (line.EndsWith('\\'))
            {
                joined.Append(line.AsSpan(0, line.Length - 1)).Append(' ');
                continue;
            }

            AddLine(joined.Append(line).ToString(), variables, others);
            joined.Clear();
        }

        AddLine(joined.ToString(), variables, others);
        return variables;
    }

    private static void AddLine(string line, List<KeyValuePair<string, string>> variables, List<string> others)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        if (line.StartsWith('[') || equals < 0)
            return;
        string name = line[..equals].TrimEnd();
        if (name != "Environment")
        {
            if (others.Count < MostOthers && !others.Contains(name))
                others.Add(name);
            return;
        }

        string value = line[(equals + 1)..].Trim();
        // An empty value takes back what was set before.
        if (value.Length == 0)
            variables.Clear();
        foreach (string word in Words(value))
        {
            int at = word.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
                variables.Add(new KeyValuePair<string, string>(word[..at], word[(at + 1)..]));
        }
    }

    // systemd.syntax(7), Quoting: words in spaces, each or a part of it in quotes.
    private static List<string> Words(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char letter = text[i];
            if (letter == '\\' && i + 1 < text.Length)
                word.Append(text[++i]);
            else if (letter == quote)
                quote = '\0';
            else if (quote == '\0' && letter is '"' or '\'')
                quote = letter;
            else if (quote == '\0' && letter is ' ' or '\t')
                Take();
            else
                word.Append(letter);
        }

        Take();
        return words;

        void Take()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }
}
