using System.Globalization;
using System.Text;

namespace CoreNode.Cli;

/// <summary>
/// Rows under a headline, in columns as wide as their widest cell. A terminal that is too narrow for them gets the
/// widest columns' cells on several lines; beside a pipe nothing is wrapped.
/// </summary>
internal static class TextTable
{
    // Below that a column is no longer read; the terminal may then wrap the line itself.
    private const int NarrowestColumn = 6;

    /// <summary>Writes the table to the results of <paramref name="session"/>.</summary>
    public static void Write(CliSession session, string[] columns, IReadOnlyList<string[]> rows) =>
        session.Host.Output.Write(Format(columns, rows, session.Host.OutputWidth?.Invoke()));

    /// <summary>The table as text.</summary>
    /// <param name="columns">The headline.</param>
    /// <param name="rows">As many cells as there are columns in each.</param>
    /// <param name="width">How many characters fit on a line; null for any number.</param>
    public static string Format(string[] columns, IReadOnlyList<string[]> rows, int? width)
    {
        int[] widths = Array.ConvertAll(columns, WidthOf);
        foreach (string[] row in rows)
        {
            for (int i = 0; i < widths.Length; i++)
                widths[i] = Math.Max(widths[i], WidthOf(row[i]));
        }

        if (width is { } available)
            Shrink(widths, available);
        StringBuilder text = new();
        Append(text, columns, widths);
        foreach (string[] row in rows)
            Append(text, row, widths);
        return text.ToString();
    }

    private static void Shrink(int[] widths, int available)
    {
        int total = widths.Length - 1;
        foreach (int width in widths)
            total += width;
        for (; total > available; total--)
        {
            int widest = 0;
            for (int i = 1; i < widths.Length; i++)
            {
                if (widths[i] > widths[widest])
                    widest = i;
            }

            if (widths[widest] <= NarrowestColumn)
                return;
            widths[widest]--;
        }
    }

    private static void Append(StringBuilder text, string[] cells, int[] widths)
    {
        List<string>[] wrapped = new List<string>[cells.Length];
        int lines = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            wrapped[i] = Wrap(cells[i], widths[i]);
            lines = Math.Max(lines, wrapped[i].Count);
        }

        for (int line = 0; line < lines; line++)
        {
            int blanks = 0;
            for (int i = 0; i < cells.Length; i++)
            {
                string part = line < wrapped[i].Count ? wrapped[i][line] : "";
                if (part.Length > 0)
                {
                    text.Append(' ', blanks).Append(part);
                    blanks = 0;
                }

                blanks += Math.Max(0, widths[i] - WidthOf(part)) + 1;
            }

            text.Append('\n');
        }
    }

    // At a space or behind a comma where there is one, else where the column ends.
    private static List<string> Wrap(string cell, int width)
    {
        List<string> lines = [];
        string rest = cell.ReplaceLineEndings(" ");
        while (WidthOf(rest) > width)
        {
            int end = rest.Length;
            while (WidthOf(rest[..end]) > width)
                end = StringInfo.ParseCombiningCharacters(rest[..end])[^1];
            end = Math.Max(end, StringInfo.GetNextTextElementLength(rest));
            if (end == rest.Length)
                break;
            int space = rest.LastIndexOf(' ', end, end);
            int comma = rest.LastIndexOf(',', end - 1, end - 1);
            int cut = Math.Max(space, comma + 1);
            end = cut > 0 ? cut : end;
            lines.Add(rest[..end].TrimEnd());
            rest = rest[end..].TrimStart();
        }

        lines.Add(rest);
        return lines;
    }

    private static int WidthOf(string cell)
    {
        int width = 0;
        foreach (Rune _ in cell.EnumerateRunes())
            width++;
        return width;
    }
}
