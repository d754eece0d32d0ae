namespace CoreNode.Updates.Omaha;

/// <summary>
/// An element of a small XML document with its attributes and the elements in it. Text is checked and dropped: Omaha
/// says everything in attributes.
/// </summary>
public sealed class MarkupElement
{
    private readonly List<MarkupElement> _children = [];

    internal MarkupElement(string name, IReadOnlyList<MarkupAttribute> attributes, int line)
    {
        WrittenName = name;
        Name = name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
        Attributes = attributes;
        Line = line;
    }

    /// <summary>Its name without a prefix: what produces XML with namespaces says the same.</summary>
    public string Name { get; }

    /// <summary>In the order of the text; no name is there twice.</summary>
    public IReadOnlyList<MarkupAttribute> Attributes { get; }

    /// <summary>The elements in it, in order.</summary>
    public IReadOnlyList<MarkupElement> Children => _children;

    /// <summary>1-based line of its begin.</summary>
    public int Line { get; }

    internal string WrittenName { get; }

    /// <summary>An attribute's value; null if it is not there.</summary>
    public string? this[string attribute]
    {
        get
        {
            foreach (MarkupAttribute one in Attributes)
            {
                if (one.Name == attribute)
                    return one.Value;
            }

            return null;
        }
    }

    /// <summary>The first element of that name in it; null if there is none.</summary>
    public MarkupElement? Child(string name)
    {
        foreach (MarkupElement child in _children)
        {
            if (child.Name == name)
                return child;
        }

        return null;
    }

    /// <summary>All elements of that name in it.</summary>
    public IReadOnlyList<MarkupElement> All(string name) => _children.FindAll(child => child.Name == name);

    internal void Add(MarkupElement child) => _children.Add(child);
}
