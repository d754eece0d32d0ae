using System.Text;

namespace CoreNode.Runner.Settings;

/// <summary>Command lines of services, as systemd.service(5) describes them. Pure.</summary>
internal static class CommandLines
{
    private const string Prefixes = "@-:+!";

    /// <summary>The commands of one line, which `;` divides; null with a reason if it cannot be taken.</summary>
    public static IReadOnlyList<ExecCommand>? Parse(string line, Specifiers specifiers, out string problem)
    {
        List<ExecCommand> commands = [];
        problem = "";
        if (Words.Split(line) is not { } words)
        {
            problem = $"a quote is not closed: {line}";
            return null;
        }

        List<string> one = [];
        for (int i = 0; i <= words.Count; i++)
        {
            if (i < words.Count && words[i] != ";")
            {
                one.Add(words[i] == "\\;" ? ";" : words[i]);
                continue;
            }

            if (one.Count == 0)
                continue;
            if (Command(one, specifiers, out problem) is not { } command)
                return null;
            commands.Add(command);
            one.Clear();
        }

        return commands;
    }

    /// <summary>
    /// Puts variables into arguments: `${NAME}` anywhere in a word, `$NAME` as a word of its own is split at white
    /// space, `$$` is a dollar sign. What is not set is empty.
    /// </summary>
    public static IReadOnlyList<string> Expand(ExecCommand command, IReadOnlyDictionary<string, string> environment)
    {
        if (command.IsLiteral)
            return command.Arguments;
        List<string> expanded = [command.Arguments[0]];
        for (int i = 1; i < command.Arguments.Count; i++)
        {
            string argument = command.Arguments[i];
            bool isWholeWord = argument.Length > 1 && argument[0] == '$' && argument[1] is not ('{' or '$');
            if (!isWholeWord)
                expanded.Add(ExpandBraces(argument, environment));
            else if (environment.TryGetValue(argument[1..], out string? value))
                expanded.AddRange(Words.Split(value) ?? [value]);
        }

        return expanded;
    }

    private static string ExpandBraces(string word, IReadOnlyDictionary<string, string> environment)
    {
        StringBuilder text = new();
        for (int at = 0; at < word.Length; at++)
        {
            char next = at + 1 < word.Length ? word[at + 1] : '\0';
            int end = word[at] == '$' && next == '{' ? word.IndexOf('}', at) : -1;
            if (end > 0)
            {
                text.Append(environment.GetValueOrDefault(word[(at + 2)..end], ""));
                at = end;
            }
            else if (word[at] == '$' && next == '$')
            {
                text.Append('$');
                at++;
            }
            else
            {
                text.Append(word[at]);
            }
        }

        return text.ToString();
    }

    private static ExecCommand? Command(List<string> words, Specifiers specifiers, out string problem)
    {
        string first = words[0];
        int prefix = 0;
        while (prefix < first.Length && Prefixes.Contains(first[prefix], StringComparison.Ordinal))
            prefix++;
        string prefixes = first[..prefix];
        string path = specifiers.Resolve(first[prefix..]);
        List<string> arguments = [];
        for (int i = 1; i < words.Count; i++)
            arguments.Add(specifiers.Resolve(words[i]));
        problem = path.Length == 0
            ? $"there is no program in the command: {string.Join(' ', words)}"
            : path.Contains('/', StringComparison.Ordinal) && !path.StartsWith('/')
                ? $"the program must be an absolute path or a plain name: {path}"
                : "";
        bool hasOwnName = prefixes.Contains('@', StringComparison.Ordinal);
        if (problem.Length == 0 && hasOwnName && arguments.Count == 0)
            problem = $"@ wants the process's name after the program: {path}";
        if (problem.Length > 0)
            return null;
        if (!hasOwnName)
            arguments.Insert(0, path);
        return new ExecCommand(path, arguments)
        {
            IgnoresFailure = prefixes.Contains('-', StringComparison.Ordinal),
            IsLiteral = prefixes.Contains(':', StringComparison.Ordinal),
            IsPrivileged = prefixes.Contains('+', StringComparison.Ordinal)
                || prefixes.Contains('!', StringComparison.Ordinal),
        };
    }
}
