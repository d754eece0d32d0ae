namespace CoreNode.Documents;

/// <summary>A map. Readers refuse a key that comes twice, so each key is there once.</summary>
public sealed class MapNode(IReadOnlyList<MapEntry> entries, TextPlace place) : DocumentNode(place)
{
    /// <summary>Its entries in their order.</summary>
    public IReadOnlyList<MapEntry> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Form => "a map";

    /// <summary>The entry of exactly that key; null: there is none.</summary>
    public MapEntry? Find(string key)
    {
        foreach (MapEntry entry in Entries)
        {
            if (entry.Key == key)
                return entry;
        }

        return null;
    }
}
