namespace CoreNode.Units.Model;

/// <summary>What a machine's metadata must say: one of these values under that key.</summary>
/// <param name="Key">Metadata key.</param>
/// <param name="Values">Any of them will do; never empty.</param>
public sealed record MetadataRequirement(string Key, IReadOnlyList<string> Values)
{
    /// <summary>True if a machine with this metadata will do.</summary>
    public bool IsMetBy(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Key, out string? value))
            return false;
        foreach (string wanted in Values)
        {
            if (wanted == value)
                return true;
        }

        return false;
    }
}
