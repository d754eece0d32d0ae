using CoreNode.Documents;

namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// A map whose keys are known. `-` and `_` are equal in them, as coreos-cloudinit has it; so two spellings of one key
/// are that key twice. What is unknown is said and left out.
/// </summary>
internal sealed class Section
{
    private const int LongestKey = 200;
    private const int MostItems = 2000;
    private const int MostListed = 12;

    private readonly Dictionary<string, MapEntry> _entries = [];
    private readonly Report _report;

    private Section(TextPlace place, string path, Report report)
    {
        Place = place;
        Path = path;
        _report = report;
    }

    /// <summary>Where it begins.</summary>
    public TextPlace Place { get; }

    /// <summary>Its name, such as "coreos.units[0]"; empty for the whole text.</summary>
    public string Path { get; }

    /// <summary>Its entries whose keys are known, in their order, by their known spelling.</summary>
    public IEnumerable<KeyValuePair<string, MapEntry>> Entries => _entries;

    /// <summary>A key in the one spelling that the reader knows.</summary>
    public static string Normal(string key) => key.Replace('-', '_');

    /// <summary>The map; null if it is nothing or, with a finding, something else.</summary>
    /// <param name="node">What stands there.</param>
    /// <param name="path">Name of the section.</param>
    /// <param name="report">Where findings go.</param>
    /// <param name="known">The keys, with underscores.</param>
    /// <param name="advice">What to say of a key that is none of them; empty: nothing special. Null: nothing.</param>
    public static Section? Open(
        DocumentNode node, string path, Report report, IReadOnlyList<string> known,
        Func<string, string>? advice = null)
    {
        if (node is ScalarNode { IsNull: true })
            return null;
        if (node is not MapNode map)
        {
            report.Error(
                node.Place, path, $"a map of keys and values is needed, this is {node.Form}",
                path.Length == 0 ? "write lines such as hostname: web-1"
                    : path.EndsWith(']') ? $"begin it with - {known[0]}:" : $"write the keys below {path}: indented");
            return null;
        }

        Section section = new(map.Place, path, report);
        section.Add(map, known, advice);
        return section;
    }

    /// <summary>The whole name of a key in it.</summary>
    public string Key(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    /// <summary>The entry of a key; null: it is not there, or has no value.</summary>
    public MapEntry? Find(string name) =>
        _entries.TryGetValue(name, out MapEntry? entry) && entry.Value is not ScalarNode { IsNull: true }
            ? entry
            : null;

    /// <summary>Where the value of a key stands, or the map.</summary>
    public TextPlace PlaceOf(string name) => Find(name)?.Value.Place ?? Place;

    /// <summary>The text of a key; null: there is none.</summary>
    public string? Text(string name) => Find(name) is { } entry ? Values.Text(entry.Value, Key(name), _report) : null;

    /// <summary>The text of a key that must be there and have some; null, with a finding: it is not.</summary>
    public string? NeededText(string name, string example)
    {
        MapEntry? entry = Find(name);
        string? text = entry is null ? null : Values.Text(entry.Value, Key(name), _report);
        if (text?.Length > 0)
            return text;
        if (entry?.Value is null or ScalarNode)
            _report.Error(entry?.Value.Place ?? Place, Key(name), $"{name} is missing", $"write {name}: {example}");
        return null;
    }

    /// <summary>True or false; false if it is not there.</summary>
    public bool Switch(string name) =>
        Find(name) is { } entry && Values.Switch(entry.Value, Key(name), _report) == true;

    /// <summary>The texts of a list.</summary>
    public List<TextItem> Texts(string name) =>
        Find(name) is { } entry ? Values.Texts(entry.Value, Key(name), _report) : [];

    /// <summary>The items of a list of maps.</summary>
    public IReadOnlyList<DocumentNode> Maps(string name)
    {
        if (Find(name)?.Value is not { } node)
            return [];
        if (node is ListNode list)
        {
            if (list.Items.Count <= MostItems)
                return list.Items;
            _report.Error(
                node.Place, Key(name), $"{list.Items.Count} items, {MostItems} are allowed",
                "put the rest into an archive that a unit unpacks");
            return [];
        }

        if (node is MapNode)
        {
            _report.Warning(
                node.Place, Key(name), "a list is needed, this is one map; it is taken as a list of one",
                "begin its first key with \"- \"");
            return [node];
        }

        _report.Error(node.Place, Key(name), $"a list is needed, this is {node.Form}", "begin each item with \"- \"");
        return [];
    }

    private void Add(MapNode map, IReadOnlyList<string> known, Func<string, string>? advice)
    {
        Dictionary<string, MapEntry> all = [];
        foreach (MapEntry entry in map.Entries)
        {
            string name = entry.Key.Length > LongestKey ? entry.Key : Normal(entry.Key);
            if (all.TryGetValue(name, out MapEntry? first))
            {
                _report.Error(
                    entry.Place, Key(Report.Shown(name).Trim('"')),
                    $"the key stands here and at {first.Place}{Spelling(first, entry)}",
                    "remove one of them");
                continue;
            }

            all.Add(name, entry);
            if (Contains(known, name))
            {
                _entries.Add(name, entry);
                continue;
            }

            string said = _report.IsListening ? advice?.Invoke(name) ?? "" : "";
            if (_report.IsListening && said.Length == 0)
                said = Report.Nearest(name, known);
            if (_report.IsListening && said.Length == 0)
                said = known.Count <= MostListed ? $"remove it; there are {string.Join(", ", known)}" : "remove it";
            _report.Warning(
                entry.Place, Key(Report.Shown(entry.Key).Trim('"')), "no such key: it is ignored", said);
        }
    }

    private static string Spelling(MapEntry first, MapEntry second) =>
        first.Key == second.Key ? "" : $": {Report.Shown(first.Key)} and {Report.Shown(second.Key)} are the same";

    private static bool Contains(IReadOnlyList<string> known, string name)
    {
        foreach (string one in known)
        {
            if (one == name)
                return true;
        }

        return false;
    }
}
