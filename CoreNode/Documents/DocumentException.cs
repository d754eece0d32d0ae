namespace CoreNode.Documents;

/// <summary>A text that is no tree, and where: no YAML or JSON, a key twice, too deep, too large.</summary>
/// <param name="what">What is wrong.</param>
/// <param name="place">Where it was noticed.</param>
/// <param name="advice">What to do about it; empty: nothing comes to mind. The message has both.</param>
public sealed class DocumentException(string what, TextPlace place, string advice = "")
    : Exception(advice.Length == 0 ? what : $"{what}: {advice}")
{
    /// <summary>What is wrong, alone.</summary>
    public string What { get; } = what;

    /// <summary>What to do about it; empty: nothing comes to mind.</summary>
    public string Advice { get; } = advice;

    /// <summary>Where it was noticed.</summary>
    public TextPlace Place { get; } = place;
}
