using CoreNode.Foundation;

namespace CoreNode.Cluster;

/// <summary>When each member was last heard from. Owned by the loop.</summary>
internal sealed class PeerActivity(TimeProvider time, TimeSpan limit)
{
    private readonly Dictionary<NodeId, long> _heardAt = [];

    /// <summary>A message of that member has arrived.</summary>
    internal void Heard(NodeId node) => _heardAt[node] = time.GetTimestamp();

    /// <summary>True if it was heard from within the limit.</summary>
    internal bool IsActive(NodeId node) => IsHeardWithin(node, limit);

    /// <summary>True if it was heard from within that time.</summary>
    internal bool IsHeardWithin(NodeId node, TimeSpan span) =>
        _heardAt.TryGetValue(node, out long at) && time.GetElapsedTime(at) < span;
}
