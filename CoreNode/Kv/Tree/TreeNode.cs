using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>
/// A node of the persistent B+tree. Only the owner changes it, and only while <see cref="Epoch"/> is the tree's own:
/// after the tree is frozen every node in it is immutable for good, and the first change of the next epoch copies it.
/// </summary>
internal abstract class TreeNode
{
    /// <summary>The span of changes in which this node was made.</summary>
    public long Epoch { get; protected set; }

    /// <summary>Records of a leaf, children of a branch.</summary>
    public int Count { get; protected set; }

    /// <summary>Earliest deadline of all records below, long.MaxValue if none has one.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>Number of records below.</summary>
    public abstract long Total { get; }

    /// <summary>The last record below. The node is not empty.</summary>
    public abstract KeyRecord Last { get; }

    /// <summary>The first record below. The node is not empty.</summary>
    public abstract KeyRecord First { get; }
}
