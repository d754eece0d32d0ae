using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;

namespace CoreNode.Cli;

/// <summary>Prints a command's help: what it does, how it is written, examples that work, options.</summary>
internal sealed class HelpPage(TextWriter output) : SynchronousCommandLineAction
{
    private const int Width = 100;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, output);
        return ExitCode.Done;
    }

    /// <summary>Writes the page.</summary>
    public static void Write(Command command, TextWriter output)
    {
        output.WriteLine($"{Path(command)} - {command.Description}");
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine($"  {Usage(command)}");
        if (command is CliCommand { Details: { } details })
        {
            output.WriteLine();
            WriteWrapped(output, details, "");
        }

        if (command is CliCommand { Examples.Count: > 0 } taught)
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            foreach ((string line, string meaning) in taught.Examples)
            {
                output.WriteLine($"  {line}");
                output.WriteLine($"      {meaning}");
            }
        }

        WriteRows(output, "Commands:", Rows(command.Subcommands.Where(static one => !one.Hidden)));
        WriteRows(output, "Arguments:", Rows(command.Arguments));
        bool isRoot = !command.Parents.Any();
        WriteRows(output, isRoot ? "Options of every command:" : "Options:", Options(command));
        if (!isRoot)
        {
            output.WriteLine();
            output.WriteLine("Options of every command (-o json, --endpoints URL, …): corenode --help");
        }
    }

    private static (string, string)[] Rows(IEnumerable<Symbol> symbols)
    {
        List<(string, string)> rows = [];
        foreach (Symbol one in symbols)
            rows.Add((one.Name, one.Description ?? ""));
        return rows.ToArray();
    }

    /// <summary>One line that shows how the command is written.</summary>
    public static string Usage(Command command)
    {
        var text = new StringBuilder(Path(command));
        if (command.Subcommands.Count > 0)
            return text.Append(" COMMAND").ToString();
        if (command.Options.Count > 0)
            text.Append(" [options]");
        foreach (Argument argument in command.Arguments)
        {
            string dots = argument.Arity.MaximumNumberOfValues > 1 ? " …" : "";
            bool isOptional = argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue;
            text.Append(isOptional ? $" [{argument.Name}{dots}]" : $" {argument.Name}{dots}");
        }

        return text.ToString();
    }

    /// <summary>The words that call the command.</summary>
    public static string Path(Command command)
    {
        Command? parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? command.Name : $"{Path(parent)} {command.Name}";
    }

    private static (string, string)[] Options(Command command) =>
        [.. command.Options.Where(option => !option.Hidden).ToList().ConvertAll(option =>
        {
            string names = string.Join(", ", option.Aliases.Prepend(option.Name)
                .Where(name => name.StartsWith('-') && name is not ("-?" or "/?" or "/h"))
                .OrderBy(name => name.Length));
            bool takesValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);
            string value = takesValue ? $" {option.HelpName ?? "VALUE"}" : "";
            return (names + value, option.Name == "--help" ? "show this" : option.Description ?? "");
        })];

    private static void WriteRows(TextWriter output, string title, (string Left, string Right)[] rows)
    {
        if (rows.Length == 0)
            return;
        output.WriteLine();
        output.WriteLine(title);
        int left = rows.Max(row => row.Left.Length) + 4;
        foreach ((string name, string meaning) in rows)
        {
            output.Write($"  {name.PadRight(left - 2)}");
            WriteWrapped(output, meaning, new string(' ', left));
        }
    }

    private static void WriteWrapped(TextWriter output, string text, string indent)
    {
        int column = indent.Length;
        string separator = "";
        foreach (string word in text.Split(' '))
        {
            if (separator.Length > 0 && column + 1 + word.Length > Width)
            {
                output.WriteLine();
                output.Write(indent);
                column = indent.Length;
                separator = "";
            }

            output.Write(separator + word);
            column += separator.Length + word.Length;
            separator = " ";
        }

        output.WriteLine();
    }
}
