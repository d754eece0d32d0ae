namespace CoreNode.Updates.Omaha;

/// <summary>What a server or a file said, for logs and terminals.</summary>
internal static class ForeignWords
{
    /// <summary>One line of bounded length without control characters.</summary>
    public static string Shown(string text, int longest = 200)
    {
        string line = string.Create(Math.Min(text.Length, longest), text, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? ' ' : from[i];
        });
        return text.Length > longest ? line + "…" : line;
    }
}
