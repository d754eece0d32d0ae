using CoreNode.Store;

namespace CoreNode.Kv.Tree;

/// <summary>Walks what is below a directory in a frozen tree; see <see cref="IKeyCursor"/>.</summary>
internal sealed class TreeCursor : IKeyCursor
{
    private const int MaxHeight = 32;

    private readonly TreeNode _root;
    private readonly byte[] _prefix;
    private readonly BranchNode[] _path = new BranchNode[MaxHeight];
    private readonly int[] _turns = new int[MaxHeight];
    private LeafNode _leaf = null!;
    private int _height;
    private int _position;
    private bool _skips;

    /// <summary>Stands before the first record whose key starts with <paramref name="prefix"/> and is longer.</summary>
    public TreeCursor(TreeNode root, byte[] prefix)
    {
        _root = root;
        _prefix = prefix;
        Seek(prefix);
        _position--;
    }

    /// <inheritdoc/>
    public KeyRecord Current { get; private set; }

    /// <inheritdoc/>
    public int Depth => 1 + Current.Key[_prefix.Length..].Count((byte)'/');

    /// <summary>The prefix of everything below a directory.</summary>
    public static byte[] PrefixOf(ReadOnlySpan<byte> directory) =>
        directory.Length == 1 ? [(byte)'/'] : [.. directory, (byte)'/'];

    /// <inheritdoc/>
    public bool MoveNext()
    {
        _position++;
        if (!TryStand())
            return false;
        if (_skips)
        {
            _skips = false;
            if (Current.IsDirectory && KeyOrder.IsBelow(_leaf[_position].Key, Current.Key))
            {
                Seek(KeyOrder.AfterSubtree(Current.Key));
                if (!TryStand())
                    return false;
            }
        }

        Current = _leaf[_position];
        return Current.Key.StartsWith(_prefix) || Finish();
    }

    /// <inheritdoc/>
    public void SkipSubtree() => _skips = true;

    private void Seek(ReadOnlySpan<byte> key)
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
        _leaf.Seek(key, out _position);
    }

    private bool TryStand() => _position < _leaf.Count || TryNextLeaf();

    private bool TryNextLeaf()
    {
        int level = _height - 1;
        while (level >= 0 && _turns[level] + 1 == _path[level].Count)
            level--;
        if (level < 0)
            return Finish();
        TreeNode node = _path[level][++_turns[level]];
        while (node is BranchNode branch)
        {
            level++;
            _path[level] = branch;
            _turns[level] = 0;
            node = branch[0];
        }

        _leaf = (LeafNode)node;
        _position = 0;
        return true;
    }

    // Stays at the end however often it is asked.
    private bool Finish()
    {
        _height = 0;
        _position = _leaf.Count - 1;
        _skips = false;
        Current = default;
        return false;
    }
}
