using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>
/// The owner's handle on a persistent B+tree of records: changes go into nodes of the current epoch in place, and
/// <see cref="Freeze"/> ends the epoch, so that the root that it returns never changes again. A write is a
/// <see cref="Seek"/>, which remembers the way down, and then <see cref="Replace"/> or <see cref="Insert"/> there,
/// without a second descent. One thread.
/// </summary>
internal sealed class KeyTree
{
    // 64^32 leaves: more than can exist, because a root only grows by a split of the one before.
    private const int MaxHeight = 32;

    private readonly BranchNode[] _path = new BranchNode[MaxHeight];
    private readonly int[] _turns = new int[MaxHeight];
    private TreeNode _root;
    private LeafNode _leaf;
    private int _height;
    private int _position;
    private bool _isFound;
    private bool _isSought;
    private long _epoch = 1;

    /// <summary>An empty tree.</summary>
    public KeyTree()
        : this(new LeafNode(0))
    {
    }

    /// <summary>A tree that continues from a frozen root.</summary>
    public KeyTree(TreeNode root)
    {
        _root = root;
        _leaf = null!;
    }

    /// <summary>The present root; frozen only by <see cref="Freeze"/>.</summary>
    public TreeNode Root => _root;

    /// <summary>The record that <see cref="Seek"/> found.</summary>
    public KeyRecord Found => _leaf[_position];

    /// <summary>Makes all that is in the tree immutable and returns it.</summary>
    public TreeNode Freeze()
    {
        _epoch++;
        return _root;
    }

    /// <summary>Goes to where a key is (true) or belongs (false).</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        TreeNode node = _root;
        _height = 0;
        while (node is BranchNode branch)
        {
            int child = branch.Fences.ChildOf(key);
            _path[_height] = branch;
            _turns[_height++] = child;
            node = branch[child];
        }

        _leaf = (LeafNode)node;
        _isFound = _leaf.Seek(key, out _position);
        _isSought = true;
        return _isFound;
    }

    /// <summary>Puts another record of the same key in the place of the one that <see cref="Seek"/> found.</summary>
    public void Replace(KeyRecord record)
    {
        Invariant.That(_isSought && _isFound, "only a record that was found is replaced");
        LeafNode leaf = OwnPath();
        long before = leaf.Deadline;
        leaf.Replace(_position, record);
        RetimePath(before, leaf.Deadline);
    }

    /// <summary>Adds a record whose key <see cref="Seek"/> did not find.</summary>
    public void Insert(KeyRecord record)
    {
        Invariant.That(_isSought && !_isFound, "only a record that is absent is inserted");
        // The position is spent: a second insert there would break the order.
        _isSought = false;
        LeafNode leaf = OwnPath();
        long deadline = record.HasExpiration ? record.ExpirationUnixNs : long.MaxValue;
        for (int level = 0; level < _height; level++)
        {
            _path[level].AddToTotal(1);
            _path[level].Deadline = Math.Min(_path[level].Deadline, deadline);
        }

        if (leaf.IsFull)
            SplitAndInsert(leaf, record);
        else
            leaf.Insert(_position, record);
    }

    /// <summary>Removes a key and everything below it; returns how many records that were.</summary>
    public long RemoveSubtree(ReadOnlySpan<byte> key)
    {
        long before = _root.Total;
        _root = TreeRemoval.Remove(_root, key, KeyOrder.AfterSubtree(key), _epoch);
        _isSought = false;
        return before - _root.Total;
    }

    /// <summary>
    /// The record whose deadline comes first, of those with the same deadline the first in key order.
    /// </summary>
    public bool TryGetEarliest(out KeyRecord record)
    {
        record = default;
        long deadline = _root.Deadline;
        if (deadline == long.MaxValue)
            return false;
        TreeNode node = _root;
        while (node is BranchNode branch)
            node = branch[branch.FindDeadline(deadline)];
        LeafNode leaf = (LeafNode)node;
        record = leaf[leaf.FindDeadline(deadline)];
        return true;
    }

    private LeafNode OwnPath()
    {
        for (int level = 0; level < _height; level++)
        {
            if (_path[level].Epoch == _epoch)
                continue;
            _path[level] = _path[level].Copy(_epoch);
            Attach(level, _path[level]);
        }

        if (_leaf.Epoch != _epoch)
        {
            _leaf = _leaf.Copy(_epoch);
            Attach(_height, _leaf);
        }

        return _leaf;
    }

    private void Attach(int level, TreeNode node)
    {
        if (level == 0)
            _root = node;
        else
            _path[level - 1].SetChild(_turns[level - 1], node);
    }

    private void RetimePath(long before, long after)
    {
        for (int level = _height - 1; level >= 0 && before != after; level--)
        {
            BranchNode branch = _path[level];
            long mine = branch.Deadline;
            if (!branch.Retime(before, after))
                return;
            before = mine;
            after = branch.Deadline;
        }
    }

    private void SplitAndInsert(LeafNode leaf, KeyRecord record)
    {
        LeafNode right;
        if (_position == LeafNode.Capacity)
        {
            // Keys that come in order: full leaves stay full, and the next ones go to the new leaf.
            right = new LeafNode(_epoch, [record]);
        }
        else
        {
            int half = LeafNode.Capacity / 2;
            right = leaf.SplitAt(half);
            if (_position <= half)
                leaf.Insert(_position, record);
            else
                right.Insert(_position - half, record);
        }

        InsertChild(KeyOrder.Separator(leaf.Last.Key, right.First.Key), right);
    }

    private void InsertChild(byte[] fence, TreeNode child)
    {
        for (int level = _height - 1; level >= 0; level--)
        {
            BranchNode branch = _path[level];
            int turn = _turns[level];
            if (!branch.IsFull)
            {
                branch.InsertAfter(turn, fence, child);
                return;
            }

            (fence, child) = SplitBranch(branch, turn, fence, child);
        }

        _root = new BranchNode(_epoch, [_root, child], [fence]);
    }

    private static (byte[] Fence, BranchNode Right) SplitBranch(
        BranchNode branch, int turn, byte[] fence, TreeNode child)
    {
        bool isAppend = turn == branch.Count - 1;
        int kept = isAppend ? branch.Count - 1 : branch.Count / 2;
        BranchNode right = branch.SplitAt(kept, out byte[] middle);
        BranchNode target = turn < kept ? branch : right;
        target.InsertAfter(turn < kept ? turn : turn - kept, fence, child);
        target.Recount();
        return (middle, right);
    }
}
