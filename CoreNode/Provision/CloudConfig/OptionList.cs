using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>The node's options as one input sets them, and their check.</summary>
internal sealed class OptionList(CloudConfigRules rules, Report report)
{
    private readonly List<DesiredOption> _options = [];
    private readonly Dictionary<string, TextItem> _from = [];

    /// <summary>In the order they were set; a later one of a name wins.</summary>
    public IReadOnlyList<DesiredOption> Options => _options;

    /// <summary>True if that was set.</summary>
    public bool Has(string name) => _from.ContainsKey(name);

    /// <summary>Sets one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="from">What in the input says so.</param>
    public void Add(string name, string value, TextItem from)
    {
        foreach (char letter in value)
        {
            // A path with a NUL or a value of two lines is nobody's wish.
            if (!char.IsControl(letter))
                continue;
            report.Error(from.Place, from.Key, "control characters are in the value", "leave them out");
            return;
        }

        _from[name] = from;
        _options.Add(new DesiredOption(name, value)
        {
            IsSecret = name == "discovery" || HasPassword(value),
            From = $"{report.Source}: {from.Key}",
            Place = from.Place,
        });
    }

    /// <summary>Says what is wrong with their values, alone and together.</summary>
    public void Check()
    {
        if (_options.Count == 0)
            return;
        List<DesiredOption> all = [];
        foreach (DesiredOption option in rules.Earlier)
            all.Add(option with { Value = Placeholders.ForChecks(option.Value) });
        foreach (DesiredOption option in _options)
            all.Add(option with { Value = Placeholders.ForChecks(option.Value) });
        foreach ((string name, string reason) in rules.Options.Check(all))
        {
            string said = Placeholders.Back(reason);
            foreach (DesiredOption option in _options)
            {
                if (option.IsSecret && option.Value.Length > 0)
                    said = said.Replace(option.Value, "…", StringComparison.Ordinal);
            }

            if (!said.StartsWith("--", StringComparison.Ordinal))
                said = $"{name}: {said}";
            if (_from.TryGetValue(name, out TextItem? from))
                report.Error(
                    from.Place, from.Key, said, $"`corenode node --help` shows what --{name} takes");
            else if (Mentioned(said) is { } other)
                report.Error(other.Place, other.Key, said, $"write {name}: below corenode:");
        }
    }

    // What is missing is said where the option stands that needs it; if none does, an earlier input is at fault.
    private TextItem? Mentioned(string reason)
    {
        foreach (string word in reason.Split(' ', ':', ',', ';'))
        {
            if (word.StartsWith("--", StringComparison.Ordinal) && _from.TryGetValue(word[2..], out TextItem? from))
                return from;
        }

        return null;
    }

    private static bool HasPassword(string value) =>
        value.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0
        && value.IndexOf('@', scheme) is var at and > 0 && value.LastIndexOf(':', at) > scheme;
}
