using System.Globalization;
using System.Text;

namespace CoreNode.Tests.Benchmarks;

/// <summary>The figures as one table, for a terminal and for docs/benchmarks.md alike.</summary>
internal static class FigureTable
{
    private static readonly string[] Titles = ["figure", "etcd", "CoreNode", "ratio", "target", "met"];

    public static string Format(IEnumerable<Figure> figures)
    {
        List<string[]> rows = [Titles, .. figures.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, Titles.Length).Select(i => rows.Max(r => r[i].Length))];
        StringBuilder text = new();
        for (int i = 0; i < rows.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", rows[i].Select((cell, c) => cell.PadRight(widths[c]))).Append(" |\n");
            if (i == 0)
                text.Append("| ").AppendJoin(" | ", widths.Select(w => new string('-', w))).Append(" |\n");
        }
        return text.ToString();
    }

    /// <summary>One figure in one line, while the run goes on.</summary>
    public static string Line(Figure figure) => string.Join("  ", Row(figure));

    private static string[] Row(Figure figure) =>
    [
        $"{figure.Name}, {figure.Unit}", Number(figure.Etcd), Number(figure.Node),
        double.IsFinite(figure.Ratio) ? figure.Ratio.ToString("0.00", CultureInfo.InvariantCulture) : "",
        figure.Target.ToString()!,
        figure.IsMet switch { true => "yes", false => "no", null => "" },
    ];

    private static string Number(double value) => value switch
    {
        double.NaN => "",
        < 1 => value.ToString("0.000", CultureInfo.InvariantCulture),
        < 100 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("#,##0", CultureInfo.InvariantCulture),
    };
}
