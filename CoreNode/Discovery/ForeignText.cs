namespace CoreNode.Discovery;

/// <summary>What another machine said, for logs, terminals and the service manager.</summary>
internal static class ForeignText
{
    private const int Longest = 300;

    /// <summary>One line of bounded length without control characters.</summary>
    public static string Shown(string text)
    {
        string line = string.Create(Math.Min(text.Length, Longest), text, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
        return text.Length > Longest ? line + "…" : line;
    }
}
