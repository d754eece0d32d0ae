using System.Runtime.CompilerServices;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>Up to <see cref="Capacity"/> children, all of the same height, divided by <see cref="Fences"/>.</summary>
internal sealed class BranchNode : TreeNode
{
    /// <summary>Children of a full branch.</summary>
    public const int Capacity = 32;

    private ChildBlock _children;
    private Fences _fences;
    private long _total;

    /// <summary>A branch of these children, divided by one fence less.</summary>
    public BranchNode(long epoch, ReadOnlySpan<TreeNode> children, ReadOnlySpan<byte[]> fences)
    {
        Epoch = epoch;
        Assign(children, fences);
    }

    /// <summary>What divides the children.</summary>
    public ref readonly Fences Fences => ref _fences;

    /// <inheritdoc/>
    public override long Total => _total;

    /// <inheritdoc/>
    public override KeyRecord First => _children[0].First;

    /// <inheritdoc/>
    public override KeyRecord Last => _children[Count - 1].Last;

    /// <summary>True if one more child needs a split.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>The children, in order.</summary>
    public ReadOnlySpan<TreeNode> Children => Slots[..Count];

    private Span<TreeNode> Slots => _children;

    /// <summary>The child at a position.</summary>
    public TreeNode this[int position] => _children[position];

    /// <summary>A copy that the given epoch may change.</summary>
    public BranchNode Copy(long epoch)
    {
        BranchNode copy = (BranchNode)MemberwiseClone();
        copy.Epoch = epoch;
        return copy;
    }

    /// <summary>Puts another node in the place of a child: its copy, or itself with fewer or more records.</summary>
    public void SetChild(int position, TreeNode child) => _children[position] = child;

    /// <summary>Counts records that came or went below.</summary>
    public void AddToTotal(long change) => _total += change;

    /// <summary>Takes in a new child to the right of <paramref name="position"/>. The branch is not full.</summary>
    public void InsertAfter(int position, byte[] fence, TreeNode child)
    {
        Invariant.That(Count < Capacity, "a branch that takes a child has room");
        Slots[(position + 1)..Count].CopyTo(Slots[(position + 2)..]);
        _children[position + 1] = child;
        ReadOnlySpan<byte[]> old = _fences.Keys;
        _fences = new Fences([.. old[..position], fence, .. old[position..]]);
        Count++;
    }

    /// <summary>Keeps the first <paramref name="count"/> children; the others become a branch to the right.</summary>
    public BranchNode SplitAt(int count, out byte[] fence)
    {
        ReadOnlySpan<byte[]> old = _fences.Keys;
        fence = old[count - 1];
        BranchNode right = new(Epoch, Children[count..], old[count..]);
        Assign(Children[..count].ToArray(), old[..(count - 1)]);
        return right;
    }

    /// <summary>Makes these the children, divided by one fence less.</summary>
    public void Assign(ReadOnlySpan<TreeNode> children, ReadOnlySpan<byte[]> fences)
    {
        Invariant.That(children.Length == fences.Length + 1, "a branch has one child more than fences");
        Span<TreeNode> slots = Slots;
        children.CopyTo(slots);
        slots[children.Length..].Clear();
        Count = children.Length;
        _fences = new Fences(fences.ToArray());
        Recount();
    }

    /// <summary>Works out the total and the deadline from the children.</summary>
    public void Recount()
    {
        _total = 0;
        foreach (TreeNode child in Children)
            _total += child.Total;
        Deadline = EarliestDeadline();
    }

    /// <summary>Follows a change of one child's deadline; false if the branch's own stays as it was.</summary>
    public bool Retime(long before, long after)
    {
        long mine = Deadline;
        if (after <= mine)
            Deadline = after;
        else if (before == mine)
            Deadline = EarliestDeadline();
        return Deadline != mine;
    }

    /// <summary>Position of the first child whose deadline is <paramref name="deadline"/>.</summary>
    public int FindDeadline(long deadline)
    {
        int position = 0;
        while (_children[position].Deadline != deadline)
            position++;
        return position;
    }

    private long EarliestDeadline()
    {
        long earliest = long.MaxValue;
        foreach (TreeNode child in Children)
            earliest = Math.Min(earliest, child.Deadline);
        return earliest;
    }

    [InlineArray(Capacity)]
    private struct ChildBlock
    {
        private TreeNode _first;
    }
}
