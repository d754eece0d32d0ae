namespace CoreNode.Provision.Ignition;

/// <summary>
/// A field of Ignition's specification: what it holds, since when, and how two configurations' become one.
/// </summary>
/// <param name="Name">As it is written.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Since">The second number of the version that brought it.</param>
internal sealed record IgnitionField(string Name, FieldKind Kind, int Since = 0)
{
    /// <summary>The fields of the object, or of each in the list.</summary>
    public IgnitionField[] Fields { get; init; } = [];

    /// <summary>Which field tells the objects of the list apart; empty: two may be alike, and lists append.</summary>
    public string Key { get; init; } = "";

    /// <summary>
    /// Lists of one object with the same word here have one set of keys together; empty: it has its own.
    /// </summary>
    public string Shared { get; init; } = "";

    /// <summary>What to do instead of what is refused.</summary>
    public string Instead { get; init; } = "";

    /// <summary>The field of that name; null: there is none.</summary>
    public static IgnitionField? Find(IgnitionField[] fields, string name)
    {
        foreach (IgnitionField field in fields)
        {
            if (field.Name == name)
                return field;
        }

        return null;
    }
}
