using System.Text;

namespace CoreNode.Cli.Fleetctl;

/// <summary>
/// Columns as Go's text/tabwriter sets them for fleetctl: each cell is followed by as many tabs as bring it to the
/// column's width, which is a multiple of eight and at least one wider than its widest cell.
/// </summary>
internal static class TabTable
{
    private const int TabWidth = 8;

    public static string Format(IReadOnlyList<string[]> rows)
    {
        int columns = rows.Count == 0 ? 0 : rows.Max(static row => row.Length);
        int[] widths = new int[columns];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length - 1; i++)
                widths[i] = Math.Max(widths[i], (WidthOf(row[i]) + TabWidth) / TabWidth * TabWidth);
        }

        StringBuilder text = new();
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                text.Append(row[i]);
                if (i < row.Length - 1)
                    text.Append('\t', (widths[i] - WidthOf(row[i]) + TabWidth - 1) / TabWidth);
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static int WidthOf(string cell) => cell.EnumerateRunes().Count();
}
