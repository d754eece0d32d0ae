namespace CoreNode.Tests.Architecture;

/// <summary>Reads pipe tables out of markdown.</summary>
internal static class MarkdownTable
{
    /// <summary>
    /// The cells, without backticks, of the first table whose first heading cell is <paramref name="heading"/>.
    /// </summary>
    /// <exception cref="FormatException">There is no such table.</exception>
    public static IReadOnlyList<string[]> Read(string markdown, string heading)
    {
        string[] lines = markdown.Split('\n');
        int start = Array.FindIndex(lines, line => Cells(line) is { Length: > 0 } cells && cells[0] == heading);
        if (start < 0)
            throw new FormatException($"no table that starts with \"{heading}\"");
        return [.. lines.Skip(start + 2).TakeWhile(line => line.StartsWith('|')).Select(Cells)];
    }

    private static string[] Cells(string line) =>
        line.StartsWith('|')
            ? [.. line.Trim().Trim('|').Split('|').Select(c => c.Replace("`", "", StringComparison.Ordinal).Trim())]
            : [];
}
