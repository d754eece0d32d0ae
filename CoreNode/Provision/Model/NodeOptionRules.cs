namespace CoreNode.Provision.Model;

/// <summary>What a configuration's reader knows of the node's options; given by whoever has their table.</summary>
/// <param name="Names">Every option's name, for the section `corenode:` and suggestions.</param>
/// <param name="Check">
/// Says what is wrong with these options together, as option and reason; empty: nothing. Pure.
/// </param>
public sealed record NodeOptionRules(
    IReadOnlyList<string> Names,
    Func<IReadOnlyList<DesiredOption>, IReadOnlyList<KeyValuePair<string, string>>> Check)
{
    /// <summary>Nothing is known: no name is refused.</summary>
    public static readonly NodeOptionRules None = new([], static _ => []);
}
