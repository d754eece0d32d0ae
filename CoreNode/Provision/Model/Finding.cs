using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>Something about a configuration that its author should know.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Source">The input it is in, as people know it: a file, a URL, "part 2 of …".</param>
/// <param name="Place">Where in it.</param>
/// <param name="Key">Which key, such as "coreos.units[2].name"; empty for the whole text.</param>
/// <param name="Reason">What is wrong. Never a secret value.</param>
/// <param name="Suggestion">What to write instead; empty: nothing comes to mind.</param>
public sealed record Finding(
    Severity Severity, string Source, TextPlace Place, string Key, string Reason, string Suggestion);
