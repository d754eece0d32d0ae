using CoreNode.Api.Client.Units;
using CoreNode.Units.Model;
using Spectre.Console;

namespace CoreNode.Cli.Units;

/// <summary>Rows with a headline, as wide as the terminal; beside a pipe nothing is cut.</summary>
internal static class UnitTable
{
    /// <summary>What a unit says of itself, with its name where its text has a specifier.</summary>
    public static string Description(ListedUnit unit) =>
        UnitName.Parse(unit.Name) is { IsTemplate: false } name
            ? UnitSpecifiers.Expand(unit.Description, name)
            : unit.Description;

    /// <summary>3 replicas.</summary>
    public static string Replicas(ListedUnit unit) => unit.Replicas == 1 ? "1 replica" : $"{unit.Replicas} replicas";

    /// <summary>Writes the table.</summary>
    public static void Write(CliSession session, string[] columns, IReadOnlyList<string[]> rows)
    {
        // Beside a pipe the blanks that fill up the last column are only in the way.
        using StringWriter lines = new();
        TextWriter output = session.Host.IsOutputTerminal ? session.Host.Output : lines;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = session.Host.IsOutputTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = session.Host.IsOutputTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!session.Host.IsOutputTerminal)
            console.Profile.Width = 1000;
        Table table = new Table().Border(TableBorder.None).AddColumns(columns);
        foreach (string[] row in rows)
            table.AddRow([.. row.Select(static cell => Markup.Escape(cell))]);
        console.Write(table);
        foreach (string line in lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            session.Host.Output.WriteLine(line.TrimEnd());
    }
}
