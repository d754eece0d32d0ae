namespace CoreNode.Documents;

/// <summary>A place in a text: line and column from 1, both 0 where there is none.</summary>
public readonly record struct TextPlace(int Line, int Column)
{
    /// <summary>No place: what was said without a text.</summary>
    public static readonly TextPlace None;

    /// <summary>As people read it: "12:3", or nothing.</summary>
    public override string ToString() => Line == 0 ? "" : $"{Line}:{Column}";
}
