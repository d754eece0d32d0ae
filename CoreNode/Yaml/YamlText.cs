using CoreNode.Documents;

namespace CoreNode.Yaml;

/// <summary>YAML text to flat values: what a file of options has.</summary>
public static class YamlText
{
    /// <summary>Reads one map of scalars and lists of scalars.</summary>
    /// <exception cref="DocumentException">No YAML, duplicate keys, or another form.</exception>
    public static IReadOnlyList<YamlEntry> ParseFlatMap(string text)
    {
        DocumentNode? root = YamlTree.Parse(text);
        if (root is null)
            return [];
        if (root is not MapNode map)
            throw new DocumentException("a map of keys and values is needed", root.Place);
        List<YamlEntry> entries = [];
        foreach (MapEntry entry in map.Entries)
            entries.Add(new YamlEntry(entry.Key, Scalar(entry.Value), entry.Place));
        return entries;
    }

    private static string Scalar(DocumentNode node)
    {
        if (node is ScalarNode scalar)
            return scalar.Text;
        if (node is not ListNode list)
            throw new DocumentException("a value or a list of values is needed, not a map", node.Place);
        List<string> texts = [];
        foreach (DocumentNode item in list.Items)
            texts.Add(Scalar(item));
        return string.Join(',', texts);
    }
}
