using System.Text.Json.Nodes;

namespace CoreNode.Tests.Faults;

/// <summary>Every key below the load's folder in one linearizable read, with the indexes that came along.</summary>
internal sealed record StoreReading(
    IReadOnlyDictionary<string, StoredKey> Keys,
    long StoreIndex,
    long RaftIndex,
    long RaftTerm,
    DateTimeOffset Before,
    DateTimeOffset After)
{
    /// <summary>The keys of a recursive listing, in any order.</summary>
    public static Dictionary<string, StoredKey> Flatten(JsonNode? root)
    {
        Dictionary<string, StoredKey> keys = [];
        Add(root, keys);
        return keys;
    }

    private static void Add(JsonNode? node, Dictionary<string, StoredKey> keys)
    {
        if (node is null)
            return;
        if (StoredKey.From(node) is { } key)
            keys.Add((string)node["key"]!, key);
        foreach (JsonNode? child in node["nodes"]?.AsArray() ?? [])
            Add(child, keys);
    }
}
