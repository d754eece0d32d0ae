namespace CoreNode.Api.Wire;

/// <summary>A JSON value that a client sent. Only the part that its kind has is set.</summary>
public sealed class GoJsonValue
{
    /// <summary>What it is.</summary>
    public required GoJsonKind Kind { get; init; }

    /// <summary>True for the literal true.</summary>
    public bool IsTrue { get; init; }

    /// <summary>A string's text.</summary>
    public string Text { get; init; } = "";

    /// <summary>An array's elements.</summary>
    public IReadOnlyList<GoJsonValue> Items { get; init; } = [];

    /// <summary>An object's members in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, GoJsonValue>> Members { get; init; } = [];

    /// <summary>
    /// An object's member as Go finds a field: letters' case does not matter, the last of several counts. Null if it is
    /// absent or null.
    /// </summary>
    public GoJsonValue? Find(string name)
    {
        GoJsonValue? found = null;
        foreach ((string key, GoJsonValue value) in Members)
        {
            if (value.Kind != GoJsonKind.Null && string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                found = value;
        }

        return found;
    }
}
