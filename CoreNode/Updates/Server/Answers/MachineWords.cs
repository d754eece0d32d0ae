using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Server.Answers;

/// <summary>
/// What a machine says of itself, within bounds: what is longer than anything sensible is cut, since it is only shown.
/// </summary>
internal static class MachineWords
{
    /// <summary>Characters of a machine's id; longer ones are refused.</summary>
    public const int MostId = 128;

    /// <summary>Characters of a version; longer ones are refused.</summary>
    public const int MostVersion = 64;

    private const int MostWord = 64;
    private const int MostAlias = 128;

    /// <summary>The machine's id; of clients that have none, the user's; empty without any.</summary>
    public static string IdOf(OmahaRequest request, OmahaApp app)
    {
        string id = (app.MachineId is { Length: > 0 } own ? own : request.UserId ?? "").Trim();
        return id is ['{', .., '}'] ? id[1..^1] : id;
    }

    /// <summary>Kind of image or of host.</summary>
    public static string Word(string? text) => Cut(text, MostWord);

    /// <summary>A name for people.</summary>
    public static string Alias(string? text) => Cut(text, MostAlias);

    private static string Cut(string? text, int most)
    {
        if (text is null)
            return "";
        return text.Length <= most ? text : text[..most];
    }
}
