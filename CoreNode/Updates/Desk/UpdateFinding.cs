namespace CoreNode.Updates.Desk;

/// <summary>What one look at the updates of this machine found.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="What">What was looked at: "update server".</param>
/// <param name="Text">What it is like: one line without a full stop.</param>
/// <param name="Advice">What to do about it; empty if nothing is to be done.</param>
public sealed record UpdateFinding(UpdateFindingLevel Level, string What, string Text, string Advice = "")
{
    /// <summary>The levels as they are told, in the order of their values.</summary>
    public static readonly IReadOnlyList<string> Words = ["ok", "warning", "problem"];

    /// <summary>The machine that it is about, as people know it; empty: the one that is asked, or all.</summary>
    public string Machine { get; init; } = "";

    /// <summary>Nothing is to be done.</summary>
    public static UpdateFinding Ok(string what, string text) => new(UpdateFindingLevel.Ok, what, text);

    /// <summary>Something should be done.</summary>
    public static UpdateFinding Warning(string what, string text, string advice) =>
        new(UpdateFindingLevel.Warning, what, text, advice);

    /// <summary>Something must be done.</summary>
    public static UpdateFinding Problem(string what, string text, string advice) =>
        new(UpdateFindingLevel.Problem, what, text, advice);
}
