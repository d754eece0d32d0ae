namespace CoreNode.Runner.Keeping;

/// <summary>A unit as it stands in the files.</summary>
internal sealed record StoredUnit
{
    public required string Name { get; init; }

    /// <summary>Its text, as <c>UnitFile.Text</c> gives it.</summary>
    public required string Text { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: it was never started.</summary>
    public StoredState? State { get; init; }
}
