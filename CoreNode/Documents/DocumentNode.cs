namespace CoreNode.Documents;

/// <summary>
/// A node of a parsed text (YAML or JSON) with the place it stands at. Immutable; any thread. Readers bound depth,
/// number and size before they build one, so whoever walks it need not.
/// </summary>
public abstract class DocumentNode(TextPlace place)
{
    /// <summary>Where it begins.</summary>
    public TextPlace Place { get; } = place;

    /// <summary>What it is, for complaints: "text", "a list", "a map".</summary>
    public abstract string Form { get; }
}
