using System.CommandLine;

namespace CoreNode.Cli.Completion;

/// <summary>What may follow at one place of the command tree.</summary>
/// <param name="Path">The commands that lead there: "", "/kv", "/kv/get".</param>
/// <param name="Commands">Subcommands with what they do.</param>
/// <param name="Options">Options that may be given there.</param>
/// <param name="WithValue">Those of them that take a value in the next word.</param>
internal sealed record CompletionEntry(
    string Path,
    IReadOnlyList<(string Name, string Meaning)> Commands,
    IReadOnlyList<string> Options,
    IReadOnlyList<string> WithValue)
{
    /// <summary>Options whose value is a file, for completion of its name.</summary>
    public static readonly IReadOnlyList<string> FileOptions = ["--cacert", "--cert", "--key", "--file"];

    /// <summary>True where arguments are files.</summary>
    public bool TakesFiles { get; init; }

    /// <summary>One entry for each command.</summary>
    public static IReadOnlyList<CompletionEntry> All(Command root)
    {
        var entries = new List<CompletionEntry>();
        Add(entries, root, "", [.. root.Options.Where(option => option.Recursive)]);
        return entries;
    }

    private static void Add(List<CompletionEntry> entries, Command command, string path, Option[] inherited)
    {
        Option[] options = [.. inherited.Union(command.Options)];
        entries.Add(new CompletionEntry(
            path,
            [.. command.Subcommands.ToList().ConvertAll(static one => (one.Name, one.Description ?? ""))],
            [.. options.SelectMany(Names)],
            [.. options.Where(TakesValue).SelectMany(Names)])
        {
            TakesFiles = command is CliCommand { TakesFiles: true },
        });
        foreach (Command child in command.Subcommands)
            Add(entries, child, $"{path}/{child.Name}", inherited);
    }

    private static IEnumerable<string> Names(Option option) =>
        option.Aliases.Prepend(option.Name).Where(name => name.StartsWith('-') && name != "-?");

    private static bool TakesValue(Option option) =>
        option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);
}
