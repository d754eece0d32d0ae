using System.Globalization;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>What is found about a configuration, each thing once, with its source and place.</summary>
internal sealed class IgnitionReport(IgnitionOrigins origins)
{
    // Whoever writes a generator's mistake into thousands of entries has seen it after these.
    private const int MostFindings = 200;

    private readonly List<Finding> _findings = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _left;

    /// <summary>Where nodes are from.</summary>
    public IgnitionOrigins Origins => origins;

    /// <summary>True if nothing may be applied.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>All, in order; what is too much is counted in the last.</summary>
    public IReadOnlyList<Finding> Findings => _left == 0
        ? [.. _findings]
        : [.. _findings, new Finding(HasErrors ? Severity.Error : Severity.Warning, "", TextPlace.None, "",
            $"{_left} more findings like these are not listed", "mend those above, and validate again")];

    /// <summary>Nothing of it is applied.</summary>
    public void Error(DocumentNode node, string key, string reason, string suggestion) =>
        Add(Severity.Error, origins.Of(node).Source, node.Place, key, reason, suggestion);

    /// <summary>
    /// A text that must be there is not, or is empty; of another form it was complained about already.
    /// </summary>
    public void Missing(MapNode item, string name, string key, string reason)
    {
        if (item.FindValue(name) is null or ScalarNode { Written: ScalarForm.Quoted })
            Error(item, $"{key}.{name}", reason, $"add \"{name}\": \"…\"");
    }

    /// <summary>It is applied, but hardly meant.</summary>
    public void Warn(DocumentNode node, string key, string reason, string suggestion) =>
        Add(Severity.Warning, origins.Of(node).Source, node.Place, key, reason, suggestion);

    /// <summary>Worth knowing.</summary>
    public void Note(DocumentNode node, string key, string reason, string suggestion) =>
        Add(Severity.Note, origins.Of(node).Source, node.Place, key, reason, suggestion);

    /// <summary>A finding at any place.</summary>
    public void Add(Severity severity, string source, TextPlace place, string key, string reason, string suggestion)
    {
        HasErrors |= severity == Severity.Error;
        string line = place.Line.ToString(CultureInfo.InvariantCulture);
        string column = place.Column.ToString(CultureInfo.InvariantCulture);
        if (!_seen.Add($"{source}\n{line}:{column}\n{reason}"))
            return;
        if (_findings.Count < MostFindings)
            _findings.Add(new Finding(severity, source, place, key, reason, suggestion));
        else
            _left++;
    }

    /// <summary>Takes over what was found elsewhere.</summary>
    public void AddAll(IReadOnlyList<Finding> findings)
    {
        foreach (Finding one in findings)
            Add(one.Severity, one.Source, one.Place, one.Key, one.Reason, one.Suggestion);
    }

    /// <summary>Where a node stands, for "the other one is at …": with the source where that is another.</summary>
    public string PlaceOf(DocumentNode node, DocumentNode seenFrom)
    {
        string source = origins.Of(node).Source;
        return source == origins.Of(seenFrom).Source ? node.Place.ToString() : $"{source}, {node.Place}";
    }
}
