using CoreNode.Documents;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// Merges a configuration into another by Ignition's rules: what the child says wins field by field; entries of lists
/// are told apart by their key and merged likewise; files, directories and links have one set of keys; lists without
/// keys append. Pure.
/// </summary>
internal static class IgnitionMerge
{
    /// <summary>Both as one.</summary>
    public static MapNode Merge(MapNode parent, MapNode child, IgnitionField[] fields, IgnitionOrigins origins)
    {
        List<MapEntry> merged = [];
        foreach (IgnitionField field in fields)
        {
            MapEntry? above = Entry(parent, field.Name);
            MapEntry? below = Entry(child, field.Name);
            if (Value(above, below, field, child, origins) is { } value)
                merged.Add(new MapEntry(field.Name, (below ?? above)!.Place, value));
        }

        return Named(new MapNode(merged, child.Place), origins, child);
    }

    private static MapEntry? Entry(MapNode map, string name) =>
        map.Find(name) is { Value: not ScalarNode { IsNull: true } } entry ? entry : null;

    private static DocumentNode? Value(
        MapEntry? above, MapEntry? below, IgnitionField field, MapNode child, IgnitionOrigins origins)
    {
        bool isKeyed = field.Kind == FieldKind.Texts || (field.Kind == FieldKind.Maps && field.Key.Length > 0);
        if (above?.Value is ListNode kept && isKeyed)
            return Keyed(kept, below?.Value as ListNode, field, child, origins);
        if (above is null || below is null)
            return (below ?? above)?.Value;
        return field.Kind switch
        {
            FieldKind.Map when above.Value is MapNode one && below.Value is MapNode other =>
                Merge(one, other, field.Fields, origins),
            FieldKind.Maps when above.Value is ListNode one && below.Value is ListNode other =>
                Named(new ListNode([.. one.Items, .. other.Items], other.Place), origins, other),
            _ => below.Value,
        };
    }

    private static ListNode Keyed(
        ListNode above, ListNode? below, IgnitionField field, MapNode child, IgnitionOrigins origins)
    {
        Dictionary<string, DocumentNode> own = KeysOf(below, field);
        HashSet<string> gone = ElsewhereIn(child, field);
        HashSet<string> used = new(StringComparer.Ordinal);
        List<DocumentNode> items = [];
        foreach (DocumentNode item in above.Items)
        {
            string key = KeyOf(item, field);
            if (!own.TryGetValue(key, out DocumentNode? other))
            {
                if (!gone.Contains(key))
                    items.Add(item);
                continue;
            }

            used.Add(key);
            if (IsRemoval(field, other))
                continue;
            items.Add(item is MapNode one && other is MapNode two ? Merge(one, two, field.Fields, origins) : other);
        }

        foreach (DocumentNode item in below?.Items ?? [])
        {
            if (!used.Contains(KeyOf(item, field)))
                items.Add(item);
        }

        DocumentNode from = below ?? above;
        return Named(new ListNode(items, from.Place), origins, from);
    }

    // "If a child header has no value, the parent header with the same name will be removed."
    private static bool IsRemoval(IgnitionField field, DocumentNode child) =>
        field.Name == "httpHeaders" && child is MapNode header && header.FindText("value") is null;

    // A file of the child takes the place of the parent's link of that path.
    private static HashSet<string> ElsewhereIn(MapNode child, IgnitionField field)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        if (field.Shared.Length == 0)
            return keys;
        foreach (MapEntry entry in child.Entries)
        {
            if (entry.Key == field.Name || entry.Value is not ListNode list)
                continue;
            foreach (DocumentNode item in list.Items)
                keys.Add(KeyOf(item, field));
        }

        return keys;
    }

    private static Dictionary<string, DocumentNode> KeysOf(ListNode? list, IgnitionField field)
    {
        Dictionary<string, DocumentNode> keys = new(StringComparer.Ordinal);
        foreach (DocumentNode item in list?.Items ?? [])
            keys[KeyOf(item, field)] = item;
        return keys;
    }

    private static string KeyOf(DocumentNode item, IgnitionField field) =>
        item is MapNode map ? map.FindText(field.Key)?.Text ?? "" : (item as ScalarNode)?.Text ?? "";

    private static T Named<T>(T made, IgnitionOrigins origins, DocumentNode from)
        where T : DocumentNode
    {
        origins.Name(made, origins.Of(from));
        return made;
    }
}
