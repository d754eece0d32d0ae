using Spectre.Console;

namespace CoreNode.Cli.Units;

/// <summary>Rows with a headline, as wide as the terminal; beside a pipe nothing is cut.</summary>
internal static class UnitTable
{
    public static void Write(CliSession session, string[] columns, IReadOnlyList<string[]> rows)
    {
        TextWriter output = session.Host.Output;
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
    }
}
