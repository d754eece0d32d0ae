using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>
/// Takes a range of keys out of a tree: nodes that lie wholly inside are dropped unseen, so the work depends on the
/// height and not on how much is removed. What becomes small is joined with its neighbour.
/// </summary>
internal static class TreeRemoval
{
    private const int SmallLeaf = LeafNode.Capacity / 4;
    private const int SmallBranch = BranchNode.Capacity / 4;

    /// <summary>Removes [from, to); returns the new root.</summary>
    public static TreeNode Remove(TreeNode root, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, long epoch)
    {
        long removed = 0;
        TreeNode? rest = RemoveBelow(root, from, to, epoch, ref removed);
        while (rest is BranchNode { Count: 1 } branch)
            rest = branch[0];
        return rest ?? new LeafNode(epoch);
    }

    private static TreeNode? RemoveBelow(
        TreeNode node, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, long epoch, ref long removed) =>
        node is LeafNode leaf
            ? RemoveFromLeaf(leaf, from, to, epoch, ref removed)
            : RemoveFromBranch((BranchNode)node, from, to, epoch, ref removed);

    private static LeafNode? RemoveFromLeaf(
        LeafNode leaf, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, long epoch, ref long removed)
    {
        leaf.Seek(from, out int first);
        leaf.Seek(to, out int end);
        removed += end - first;
        if (first == end)
            return leaf;
        if (end - first == leaf.Count)
            return null;
        LeafNode own = leaf.Epoch == epoch ? leaf : leaf.Copy(epoch);
        own.Remove(first, end);
        return own;
    }

    private static BranchNode? RemoveFromBranch(
        BranchNode branch, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, long epoch, ref long removed)
    {
        int first = branch.Fences.ChildOf(from);
        int last = branch.Fences.ChildOf(to);
        long removedBefore = removed;
        long deadlineBefore = branch[first].Deadline;
        TreeNode? left = RemoveBelow(branch[first], from, to, epoch, ref removed);
        if (first == last && left is not null && !IsSmall(left))
        {
            if (removed == removedBefore)
                return branch;
            BranchNode own = branch.Epoch == epoch ? branch : branch.Copy(epoch);
            own.SetChild(first, left);
            own.AddToTotal(removedBefore - removed);
            own.Retime(deadlineBefore, left.Deadline);
            return own;
        }

        TreeNode? right = first == last ? null : RemoveBelow(branch[last], from, to, epoch, ref removed);
        Siblings siblings = new(branch.Count);
        for (int i = 0; i < branch.Count; i++)
        {
            bool isInside = i > first && i < last;
            if (isInside)
                removed += branch[i].Total;
            TreeNode? child = isInside ? null : i == first ? left : i == last ? right : branch[i];
            if (child is not null)
                siblings.Add(i == 0 ? null : branch.Fences.Keys[i - 1], child);
        }

        if (siblings.Count == 0)
            return null;
        JoinSmall(siblings, first, epoch);
        return new BranchNode(epoch, siblings.Children, siblings.Fences);
    }

    // At most the two children at the cut are small; joining one may leave the result at the same place small only if
    // there is nothing to join it with.
    private static void JoinSmall(Siblings siblings, int cut, long epoch)
    {
        for (int i = Math.Min(cut + 1, siblings.Count - 1); i >= Math.Max(0, cut - 1); i--)
        {
            if (i >= siblings.Count || siblings.Count < 2 || !IsSmall(siblings[i]))
                continue;
            int left = i > 0 ? i - 1 : 0;
            (TreeNode joined, byte[]? fence, TreeNode? rest) =
                Join(siblings[left], siblings.FenceBefore(left + 1), siblings[left + 1], epoch);
            siblings.ReplacePair(left, joined, fence, rest);
        }
    }

    private static (TreeNode Joined, byte[]? Fence, TreeNode? Right) Join(
        TreeNode left, byte[] fence, TreeNode right, long epoch)
    {
        if (left is LeafNode leftLeaf)
            return JoinLeaves(leftLeaf, (LeafNode)right, epoch);
        BranchNode a = (BranchNode)left;
        BranchNode b = (BranchNode)right;
        Siblings all = new(a.Count + b.Count);
        for (int i = 0; i < a.Count; i++)
            all.Add(i == 0 ? null : a.Fences.Keys[i - 1], a[i]);
        for (int i = 0; i < b.Count; i++)
            all.Add(i == 0 ? fence : b.Fences.Keys[i - 1], b[i]);
        JoinSmall(all, a.Count - 1, epoch);
        if (all.Count <= BranchNode.Capacity)
            return (new BranchNode(epoch, all.Children, all.Fences), null, null);
        int half = all.Count / 2;
        ReadOnlySpan<TreeNode> children = all.Children;
        ReadOnlySpan<byte[]> fences = all.Fences;
        return (new BranchNode(epoch, children[..half], fences[..(half - 1)]),
            fences[half - 1],
            new BranchNode(epoch, children[half..], fences[half..]));
    }

    private static (TreeNode Joined, byte[]? Fence, TreeNode? Right) JoinLeaves(
        LeafNode left, LeafNode right, long epoch)
    {
        KeyRecord[] all = [.. left.Records, .. right.Records];
        if (all.Length <= LeafNode.Capacity)
            return (new LeafNode(epoch, all), null, null);
        int half = all.Length / 2;
        return (new LeafNode(epoch, all.AsSpan(0, half)),
            KeyOrder.Separator(all[half - 1].Key, all[half].Key),
            new LeafNode(epoch, all.AsSpan(half)));
    }

    private static bool IsSmall(TreeNode node) => node.Count < (node is LeafNode ? SmallLeaf : SmallBranch);

    /// <summary>Children of one branch in the making, each with the fence before it (ignored for the first).</summary>
    private sealed class Siblings(int capacity)
    {
        private readonly List<TreeNode> _children = new(capacity);
        private readonly List<byte[]?> _before = new(capacity);

        public int Count => _children.Count;

        public TreeNode[] Children => [.. _children];

        public byte[][] Fences
        {
            get
            {
                byte[][] fences = new byte[_before.Count - 1][];
                for (int i = 0; i < fences.Length; i++)
                    fences[i] = FenceBefore(i + 1);
                return fences;
            }
        }

        public TreeNode this[int position] => _children[position];

        public byte[] FenceBefore(int position) => _before[position]!;

        public void Add(byte[]? before, TreeNode child)
        {
            _children.Add(child);
            _before.Add(before);
        }

        public void ReplacePair(int left, TreeNode joined, byte[]? fence, TreeNode? rest)
        {
            _children[left] = joined;
            if (rest is null)
            {
                _children.RemoveAt(left + 1);
                _before.RemoveAt(left + 1);
                return;
            }

            _children[left + 1] = rest;
            _before[left + 1] = fence;
        }
    }
}
