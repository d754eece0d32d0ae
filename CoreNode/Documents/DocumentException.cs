namespace CoreNode.Documents;

/// <summary>A text that is no tree, and where: no YAML or JSON, a key twice, too deep, too large.</summary>
public sealed class DocumentException(string message, TextPlace place) : Exception(message)
{
    /// <summary>Where it was noticed.</summary>
    public TextPlace Place { get; } = place;
}
