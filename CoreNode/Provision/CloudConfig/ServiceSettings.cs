using CoreNode.Documents;
using CoreNode.Foundation;

namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// What the input says about one of CoreOS's services, by its section or by the environment in drop-ins of its unit.
/// </summary>
/// <param name="path">The section, such as "coreos.etcd2".</param>
/// <param name="keys">Its keys.</param>
/// <param name="report">Where findings go.</param>
internal sealed class ServiceSettings(string path, IReadOnlyList<ServiceKey> keys, Report report)
{
    private const int LongestTime = 64;

    private readonly Dictionary<string, TextItem> _values = [];

    /// <summary>Where the section begins; line 0: it is not there, or empty.</summary>
    public TextPlace Place { get; private set; }

    /// <summary>True if it says anything.</summary>
    public bool HasAny => _values.Count > 0;

    /// <summary>Reads the section.</summary>
    /// <param name="node">What stands there.</param>
    /// <param name="older">Keys of another version, of which a warning says so.</param>
    public void Read(DocumentNode node, IReadOnlyList<ServiceKey> older)
    {
        List<string> known = [];
        foreach (ServiceKey key in keys)
            known.Add(key.Name);
        foreach (ServiceKey key in older)
        {
            if (!known.Contains(key.Name))
                known.Add(key.Name);
        }

        if (Section.Open(node, path, report, known) is not { } section)
            return;
        Place = section.Place;
        foreach ((string name, MapEntry entry) in section.Entries)
        {
            if (FindKey(name) is null)
            {
                report.Warning(
                    entry.Place, section.Key(name), "a key of etcd2 has no effect below etcd",
                    "write it below coreos: etcd2:");
            }
            else if (TextOf(name, entry) is { Length: > 0 } text)
                _values[name] = new TextItem(text, entry.Value.Place, section.Key(name));
        }
    }

    /// <summary>Sets a key by a variable of a drop-in; false: there is no such key.</summary>
    public bool Set(string name, TextItem value, bool wins)
    {
        if (FindKey(name) is null)
            return false;
        if (wins)
            _values[name] = value;
        else
            _values.TryAdd(name, value);
        return true;
    }

    /// <summary>The value of a key; null: none.</summary>
    public TextItem? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>The value of a switch that is looked at with others.</summary>
    public TextItem? FindTrue(string name)
    {
        if (Find(name) is not { } item)
            return null;
        if (Values.SwitchOf(item.Text) is not { } value)
        {
            Refuse(item, "true or false is needed", "write true or false");
            return null;
        }

        return value ? item : null;
    }

    /// <summary>Turns what has a counterpart into options, and says of the rest that it has no effect.</summary>
    public void AddTo(OptionList options)
    {
        foreach (ServiceKey key in keys)
        {
            if (Find(key.Name) is not { } item)
                continue;
            if (key.Kind == ServiceKeyKind.NoEffect)
                report.Note(item.Place, item.Key, $"has no effect in CoreNode: {key.Meaning}", "remove it");
            else if (key.Kind == ServiceKeyKind.NoEffectWarned)
                report.Warning(item.Place, item.Key, $"has no effect in CoreNode: {key.Meaning}", "remove it");
            else if (key.IsOption && Converted(key, item) is { } value)
                options.Add(key.Meaning, value, item);
        }
    }

    private ServiceKey? FindKey(string name)
    {
        foreach (ServiceKey key in keys)
        {
            if (key.Name == name)
                return key;
        }

        return null;
    }

    private string? TextOf(string name, MapEntry entry)
    {
        string key = $"{path}.{name}";
        if (entry.Value is not ListNode || FindKey(name) is not { Kind: ServiceKeyKind.List or ServiceKeyKind.Special })
            return Values.Text(entry.Value, key, report)?.Trim();
        report.Warning(
            entry.Value.Place, key, "one text is needed, this is a list; its items are taken with commas between",
            "write them in one line with commas between");
        List<string> texts = [];
        foreach (TextItem item in Values.Texts(entry.Value, key, report))
            texts.Add(item.Text.Trim());
        return string.Join(',', texts);
    }

    private string? Converted(ServiceKey key, TextItem item)
    {
        string text = item.Text;
        switch (key.Kind)
        {
            case ServiceKeyKind.Switch:
                if (Values.SwitchOf(text) is { } value)
                    return value ? "true" : "false";
                return Refuse(item, $"true or false is needed, this is {Report.Shown(text)}", "write true or false");
            case ServiceKeyKind.Number:
                if (text.Length < 19 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
                    return text;
                return Refuse(
                    item, $"a whole number is needed, this is {Report.Shown(text)}",
                    TimeOf(text) is { } time
                        ? $"write {(long)time.TotalMilliseconds}: it is in milliseconds"
                        : "write digits alone");
            case ServiceKeyKind.Time:
                if (TimeOf(text) is { } span && span > TimeSpan.Zero)
                    return text;
                return Refuse(item, $"a time is needed, this is {Report.Shown(text)}", "write one such as 1m30s");
            case ServiceKeyKind.Word:
                return Word(key, item);
            case ServiceKeyKind.List:
                return Joined(text.Split(','));
            default:
                return text;
        }
    }

    private static string Joined(IEnumerable<string> texts)
    {
        List<string> parts = [];
        foreach (string text in texts)
        {
            if (text.Trim() is { Length: > 0 } part)
                parts.Add(part);
        }

        return string.Join(',', parts);
    }

    private static TimeSpan? TimeOf(string text) => text.Length <= LongestTime ? GoDuration.Parse(text) : null;

    private string? Word(ServiceKey key, TextItem item)
    {
        if (Array.IndexOf(key.Words, item.Text) >= 0)
            return item.Text;
        // What writes YAML 1.1 makes "off" and "on" of these.
        string meant = item.Text switch
        {
            "false" or "no" => "off",
            "true" or "yes" => "on",
            _ => "",
        };
        string suggestion = Array.IndexOf(key.Words, meant) >= 0
            ? $"write {meant}"
            : Report.Nearest(item.Text, key.Words) is { Length: > 0 } nearest
            ? nearest
            : $"write one of these, such as {key.Words[0]}";
        return Refuse(
            item, $"there is no {Report.Shown(item.Text)} here: it is {string.Join(", ", key.Words)}", suggestion);
    }

    private string? Refuse(TextItem item, string reason, string suggestion)
    {
        report.Error(item.Place, item.Key, reason, suggestion);
        return null;
    }
}
