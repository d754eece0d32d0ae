using System.Collections.Immutable;

namespace CoreNode.Units.Registry;

/// <summary>Changes of a dictionary of dictionaries: no empty inner one stays behind.</summary>
internal static class RegistryPairs
{
    /// <summary>Adds or replaces.</summary>
    public static void Set<T>(
        RegistryTable<ImmutableSortedDictionary<string, T>> table, string outer, string inner, T item)
        where T : class =>
        table.Set(outer, (table.Find(outer) ?? RegistryTable<T>.None).SetItem(inner, item));

    /// <summary>Removes, if it is there.</summary>
    public static void Remove<T>(
        RegistryTable<ImmutableSortedDictionary<string, T>> table, string outer, string inner)
        where T : class
    {
        if (table.Find(outer) is not { } items)
            return;
        items = items.Remove(inner);
        if (items.IsEmpty)
            table.Remove(outer);
        else
            table.Set(outer, items);
    }
}
