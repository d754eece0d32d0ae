using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>Variables in /etc/environment, which pam_env and systemd (EnvironmentFile=) read.</summary>
internal static class EnvironmentText
{
    /// <summary>What is wrong with a variable; empty: nothing.</summary>
    public static string Complaint(DesiredVariable variable)
    {
        string name = variable.Name;
        bool isName = name.Length > 0 && !char.IsAsciiDigit(name[0]);
        foreach (char c in name)
            isName &= char.IsAsciiLetterOrDigit(c) || c == '_';
        if (!isName)
            return $"\"{name}\" cannot be the name of a variable: letters, digits and _ only";
        return variable.Value.AsSpan().IndexOfAny('\n', '\r', '\0') < 0
            ? ""
            : $"the value of {name} has a line end in it, which /etc/environment cannot hold";
    }

    /// <summary>
    /// The text with these variables: lines of them keep their places, new ones are added, all others stay as they are.
    /// </summary>
    public static string Edit(string text, IReadOnlyList<DesiredVariable> variables)
    {
        List<string> lines = text.Length == 0 ? [] : RawText.Lines(text);
        bool isChanged = false;
        for (int i = 0; i < variables.Count; i++)
        {
            if (IsLater(variables, i))
                isChanged |= Set(lines, variables[i].Name, RawText.Of(variables[i].Value));
        }

        return isChanged ? RawText.Join(lines) : text;
    }

    private static bool Set(List<string> lines, string name, string value)
    {
        string wanted = $"{name}={Quoted(value)}";
        bool isThere = false;
        bool isChanged = false;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Trim();
            if (!line.StartsWith(name, StringComparison.Ordinal) || line.Length == name.Length
                || line[name.Length] != '=')
            {
                continue;
            }

            isThere = true;
            string known = line[(name.Length + 1)..];
            if (line == wanted || known == value && Quoted(value) == value || known == $"\"{Escaped(value)}\"")
                continue;
            lines[i] = wanted;
            isChanged = true;
        }

        if (!isThere)
            lines.Add(wanted);
        return isChanged || !isThere;
    }

    // The last of a name counts.
    private static bool IsLater(IReadOnlyList<DesiredVariable> variables, int at)
    {
        for (int i = at + 1; i < variables.Count; i++)
        {
            if (variables[i].Name == variables[at].Name)
                return false;
        }

        return true;
    }

    private static string Quoted(string value)
    {
        bool isPlain = true;
        foreach (char c in value)
            isPlain &= c > ' ' && c is not ('"' or '\'' or '\\' or '#' or '$' or '`' or ';');
        return isPlain ? value : $"\"{Escaped(value)}\"";
    }

    private static string Escaped(string value)
    {
        StringBuilder text = new();
        foreach (char c in value)
        {
            if (c is '"' or '\\' or '$' or '`')
                text.Append('\\');
            text.Append(c);
        }

        return text.ToString();
    }
}
