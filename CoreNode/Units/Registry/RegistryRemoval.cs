using System.Collections.Immutable;

namespace CoreNode.Units.Registry;

/// <summary>Removal of keys and directories two levels deep, which stand in two dictionaries.</summary>
internal static class RegistryRemoval
{
    /// <summary>Removes all, a directory or a key of <paramref name="first"/>, and the same of its mirror.</summary>
    public static void Pairs<T>(
        RegistryTable<ImmutableSortedDictionary<string, T>> first,
        RegistryTable<ImmutableSortedDictionary<string, T>>? mirror,
        string[] parts)
        where T : class
    {
        if (parts.Length == 1)
        {
            first.Clear();
            mirror?.Clear();
            return;
        }

        if (first.Find(parts[1]) is not { } items)
            return;
        if (parts.Length > 3)
            return;
        if (parts.Length == 3)
        {
            RegistryPairs.Remove(first, parts[1], parts[2]);
            if (mirror is not null)
                RegistryPairs.Remove(mirror, parts[2], parts[1]);
            return;
        }

        first.Remove(parts[1]);
        if (mirror is null)
            return;
        foreach (string inner in items.Keys)
            RegistryPairs.Remove(mirror, inner, parts[1]);
    }
}
