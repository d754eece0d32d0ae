using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>Look-ups in an immutable (or momentarily unchanging) tree. Any thread.</summary>
internal static class TreeSearch
{
    /// <summary>Finds a key.</summary>
    public static bool TryGet(TreeNode root, ReadOnlySpan<byte> key, out KeyRecord record)
    {
        TreeNode node = root;
        while (node is BranchNode branch)
            node = branch[branch.Fences.ChildOf(key)];
        LeafNode leaf = (LeafNode)node;
        bool isFound = leaf.TryFind(key, out int position);
        record = isFound ? leaf[position] : default;
        return isFound;
    }

    /// <summary>The last record before <paramref name="key"/>.</summary>
    public static bool TryGetBefore(TreeNode root, ReadOnlySpan<byte> key, out KeyRecord record)
    {
        TreeNode? left = null;
        TreeNode node = root;
        while (node is BranchNode branch)
        {
            int child = branch.Fences.ChildOf(key);
            if (child > 0)
                left = branch[child - 1];
            node = branch[child];
        }

        LeafNode leaf = (LeafNode)node;
        leaf.Seek(key, out int position);
        record = position > 0 ? leaf[position - 1] : left?.Last ?? default;
        return !record.IsNone;
    }

    /// <summary>The first record after <paramref name="key"/>.</summary>
    public static bool TryGetAfter(TreeNode root, ReadOnlySpan<byte> key, out KeyRecord record)
    {
        TreeNode? right = null;
        TreeNode node = root;
        while (node is BranchNode branch)
        {
            int child = branch.Fences.ChildOf(key);
            if (child + 1 < branch.Count)
                right = branch[child + 1];
            node = branch[child];
        }

        LeafNode leaf = (LeafNode)node;
        if (leaf.Seek(key, out int position))
            position++;
        record = position < leaf.Count ? leaf[position] : right?.First ?? default;
        return !record.IsNone;
    }

    /// <summary>
    /// How much of the way to an absent key exists: the length of its deepest existing ancestor (0: the root), and
    /// the file that stands there, if it is none that can have children.
    /// </summary>
    /// <remarks>
    /// The record before the key settles it: whatever stands between the deepest ancestor and the key is below that
    /// ancestor, and all ancestors of a record exist.
    /// </remarks>
    public static int ExistingPathLength(TreeNode root, ReadOnlySpan<byte> key, out KeyRecord fileInTheWay)
    {
        fileInTheWay = default;
        if (!TryGetBefore(root, key, out KeyRecord before))
            return 0;
        ReadOnlySpan<byte> beforeKey = before.Key;
        int length = KeyOrder.CommonPathLength(beforeKey, key);
        if (length == beforeKey.Length && !before.IsDirectory)
            fileInTheWay = before;
        return length;
    }
}
