using System.CommandLine;
using System.CommandLine.Parsing;
using CoreNode.Foundation;

namespace CoreNode.Cli;

/// <summary>
/// Everything that is wrong with a command line, at once and in the user's words, with the nearest thing that exists.
/// </summary>
internal static class UsageErrors
{
    /// <summary>The problems of a parsed command line; none if it can run.</summary>
    public static IReadOnlyList<string> Find(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (!command.TreatUnmatchedTokensAsErrors)
            return [];
        string[] options = [.. parsed.UnmatchedTokens.Where(LooksLikeOption)
            .Union(OptionsTakenAsArguments(parsed))];
        var problems = options.Select(word => UnknownOption(command, word)).ToList();
        // What follows an unknown option may be its value, so then no word is called superfluous; and of wrong commands
        // only the first says something.
        if (problems.Count == 0 && parsed.UnmatchedTokens is [var word, ..])
            problems.Add(UnknownWord(command, word));
        bool isMisread = problems.Count > 0;
        foreach (ParseError error in parsed.Errors)
        {
            if (!isMisread || error.SymbolResult is OptionResult or ArgumentResult { Parent: OptionResult })
                problems.Add(Describe(command, error));
        }

        if (command.Subcommands.Count > 0 && problems.Count == 0)
            problems.Add(MissingCommand(command));
        return [.. problems.Distinct()];
    }

    private static string Describe(Command command, ParseError error)
    {
        if (error.SymbolResult is CommandResult && command.Subcommands.Count > 0)
            return MissingCommand(command);
        Argument? missing = command.Arguments.FirstOrDefault(argument =>
            error.SymbolResult is ArgumentResult result && result.Argument == argument && result.Tokens.Count == 0);
        if (missing is not null)
            return $"{missing.Name} is missing: {missing.Description}";
        return error.SymbolResult is OptionResult { Tokens.Count: 0 } option
            ? $"{option.Option.Name} needs a value"
            : error.Message;
    }

    private static string MissingCommand(Command command) =>
        $"{HelpPage.Path(command)} wants a command: {string.Join(", ", command.Subcommands.Select(one => one.Name))}";

    // The parser takes a word such as --sorte for an argument where one may stand; that is never what was meant.
    private static IEnumerable<string> OptionsTakenAsArguments(ParseResult parsed)
    {
        var tokens = parsed.Tokens.ToList();
        int end = tokens.FindIndex(token => token.Type == TokenType.DoubleDash);
        foreach (Argument argument in parsed.CommandResult.Command.Arguments)
        {
            foreach (Token token in parsed.GetResult(argument)?.Tokens ?? [])
            {
                int at = tokens.FindIndex(other => ReferenceEquals(other, token));
                if (LooksLikeOption(token.Value) && at >= 0 && (end < 0 || at < end))
                    yield return token.Value;
            }
        }
    }

    // -5 is a value; - alone is standard input.
    private static bool LooksLikeOption(string word) =>
        word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);

    private static string UnknownOption(Command command, string word)
    {
        string name = word.Split('=')[0];
        string? option = NearestWord.Of(name, OptionNames(command));
        return option is not null
            ? $"unknown option {name}; did you mean {option}?"
            : $"unknown option {name}; a value that begins with - goes after --";
    }

    private static string UnknownWord(Command command, string word)
    {
        if (command.Subcommands.Count == 0)
            return $"too many arguments: '{word}'; usage: {HelpPage.Usage(command)}";
        string? near = NearestWord.Of(word, command.Subcommands.Select(one => one.Name));
        if (near is not null)
            return $"unknown command '{word}'; did you mean `{HelpPage.Path(command)} {near}`?";
        // `corenode get` for `corenode kv get`: the word exists, one level down.
        Command? group = command.Subcommands.FirstOrDefault(one => one.Subcommands.Any(sub => sub.Name == word));
        return group is not null
            ? $"unknown command '{word}'; did you mean `{HelpPage.Path(group)} {word}`?"
            : $"unknown command '{word}'; there are {string.Join(", ", command.Subcommands.Select(one => one.Name))}";
    }

    private static IEnumerable<string> OptionNames(Command command)
    {
        for (Command? at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            foreach (Option option in at.Options.Where(option => at == command || option.Recursive))
            {
                yield return option.Name;
                foreach (string alias in option.Aliases.Where(a => a.StartsWith("--", StringComparison.Ordinal)))
                    yield return alias;
            }
        }
    }
}
