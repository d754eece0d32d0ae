using CoreNode.Documents;

namespace CoreNode.Provision.CloudConfig;

/// <summary>corenode: the node's options by their own names, for what has no ancestor.</summary>
internal static class NodeSection
{
    private const string Path = "corenode";
    private const int Most = 500;

    /// <summary>Reads it; lists are joined by commas.</summary>
    public static void Read(DocumentNode node, OptionList options, CloudConfigRules rules, Report report)
    {
        List<string> known = [];
        foreach (string name in rules.Options.Names)
            known.Add(Section.Normal(name));
        // Without a table every name is good.
        if (known.Count == 0 && node is MapNode map)
        {
            for (int i = 0; i < Math.Min(map.Entries.Count, Most); i++)
                known.Add(Section.Normal(map.Entries[i].Key));
        }


        if (Section.Open(node, Path, report, known, Advice) is not { } section)
            return;
        foreach ((string key, MapEntry entry) in section.Entries)
        {
            if (entry.Value is ScalarNode { IsNull: true })
            {
                report.Warning(entry.Place, section.Key(key), "a key without a value: it is ignored", "remove it");
                continue;
            }

            TextItem from = new("", entry.Value.Place, section.Key(key));
            if (key is "config" or "dev")
                report.Error(from.Place, from.Key, "it cannot be set in a file that the node reads", "remove it");
            else if (Value(entry, section.Key(key), report) is { } value)
                options.Add(key.Replace('_', '-'), value, from);
        }

        string Advice(string key) =>
            Report.Nearest(key.Replace('_', '-'), rules.Options.Names) is { Length: > 0 } nearest
                ? nearest
                : "`corenode node --help` lists the options";
    }

    private static string? Value(MapEntry entry, string key, Report report)
    {
        if (entry.Value is not ListNode)
            return Values.Text(entry.Value, key, report)?.Trim();
        List<string> texts = [];
        foreach (TextItem item in Values.Texts(entry.Value, key, report))
            texts.Add(item.Text.Trim());
        return string.Join(',', texts);
    }
}
