using CoreNode.Documents;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// Which configuration each node is from, so that what is merged can still be complained about with its place.
/// </summary>
internal sealed class IgnitionOrigins
{
    private readonly Dictionary<DocumentNode, IgnitionOrigin> _merged = new(ReferenceEqualityComparer.Instance);
    private IgnitionOrigin _first = new("", 0);
    private bool _hasFirst;

    /// <summary>Where a node is from.</summary>
    public IgnitionOrigin Of(DocumentNode node) => _merged.GetValueOrDefault(node, _first);

    /// <summary>A node made of others counts as from there.</summary>
    public void Name(DocumentNode node, IgnitionOrigin origin) => _merged[node] = origin;

    /// <summary>The nodes of a tree are from there; those of the first tree are not kept one by one.</summary>
    public void Add(DocumentNode tree, IgnitionOrigin origin)
    {
        if (_hasFirst)
            Walk(tree, origin);
        else
            (_first, _hasFirst) = (origin, true);
    }

    private void Walk(DocumentNode node, IgnitionOrigin origin)
    {
        _merged[node] = origin;
        if (node is ListNode list)
        {
            foreach (DocumentNode item in list.Items)
                Walk(item, origin);
        }
        else if (node is MapNode map)
        {
            foreach (MapEntry entry in map.Entries)
                Walk(entry.Value, origin);
        }
    }
}
