using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>Collects what is to be said about a plan.</summary>
internal sealed class PlanNotes
{
    private readonly List<Finding> _findings = [];

    /// <summary>All so far.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Something that keeps the whole from being applied.</summary>
    public void Error(string from, TextPlace place, string reason, string suggestion) =>
        Add(Severity.Error, from, place, reason, suggestion);

    /// <summary>Something that is left out or probably not meant.</summary>
    public void Warning(string from, TextPlace place, string reason, string suggestion) =>
        Add(Severity.Warning, from, place, reason, suggestion);

    /// <summary>Worth knowing.</summary>
    public void Note(string from, TextPlace place, string reason, string suggestion) =>
        Add(Severity.Note, from, place, reason, suggestion);

    // "user-data: write_files[0]" is the input and the key in it.
    private void Add(Severity severity, string from, TextPlace place, string reason, string suggestion)
    {
        int at = from.LastIndexOf(": ", StringComparison.Ordinal);
        string source = at < 0 ? from : from[..at];
        string key = at < 0 ? "" : from[(at + 2)..];
        foreach (Finding known in _findings)
        {
            if (known.Reason == reason && known.Key == key && known.Source == source && known.Place == place)
                return;
        }

        _findings.Add(new Finding(severity, source, place, key, reason, suggestion));
    }
}
