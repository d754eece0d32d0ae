using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>Builds a tree from records that come in key order, level by level from the leaves up.</summary>
internal sealed class TreeBuilder
{
    // Room for a few insertions, so that the first writes after a start do not split every leaf that they touch.
    private const int LeafFill = LeafNode.Capacity - (LeafNode.Capacity / 8);
    private const int BranchFill = BranchNode.Capacity - (BranchNode.Capacity / 8);

    private readonly List<KeyRecord> _records = new(LeafFill);
    private readonly List<TreeNode> _nodes = [];
    private readonly List<byte[]> _fences = [];

    /// <summary>The record that was added last; none at the start.</summary>
    public KeyRecord Last { get; private set; }

    /// <summary>Adds the next record.</summary>
    public void Add(KeyRecord record)
    {
        Invariant.That(
            Last.IsNone || KeyOrder.Compare(Last.Key, record.Key) < 0, "records to build a tree from are in order");
        if (_records.Count == LeafFill)
        {
            CloseLeaf();
            _fences.Add(KeyOrder.Separator(Last.Key, record.Key));
        }

        _records.Add(record);
        Last = record;
    }

    /// <summary>Ends with the root of all that was added.</summary>
    public TreeNode Build()
    {
        if (Last.IsNone)
            return new LeafNode(0);
        CloseLeaf();
        TreeNode[] nodes = [.. _nodes];
        byte[][] fences = [.. _fences];
        while (nodes.Length > 1)
            (nodes, fences) = BuildLevel(nodes, fences);
        return nodes[0];
    }

    private static (TreeNode[] Nodes, byte[][] Fences) BuildLevel(TreeNode[] below, byte[][] fences)
    {
        // Spread evenly, so that the last branch of a level is not left with one child.
        int count = (below.Length + BranchFill - 1) / BranchFill;
        TreeNode[] nodes = new TreeNode[count];
        byte[][] between = new byte[count - 1][];
        int start = 0;
        for (int i = 0; i < count; i++)
        {
            int end = (int)((long)below.Length * (i + 1) / count);
            nodes[i] = new BranchNode(0, below.AsSpan(start, end - start), fences.AsSpan(start, end - start - 1));
            if (i > 0)
                between[i - 1] = fences[start - 1];
            start = end;
        }

        return (nodes, between);
    }

    private void CloseLeaf()
    {
        _nodes.Add(new LeafNode(0, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_records)));
        _records.Clear();
    }
}
