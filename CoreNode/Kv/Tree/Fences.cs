namespace CoreNode.Kv.Tree;

/// <summary>
/// The keys that divide the children of a branch: child i holds what is below fence i and not below fence i-1.
/// Immutable, so the copies of a branch that only exchange children share one.
/// </summary>
internal sealed class Fences
{
    private readonly byte[][] _keys;
    private readonly uint[] _heads;
    private readonly int _shared;

    /// <summary>Takes the dividing keys, in order.</summary>
    public Fences(byte[][] keys)
    {
        _keys = keys;
        _shared = keys.Length < 2 ? 0 : keys[0].AsSpan().CommonPrefixLength(keys[^1]);
        _heads = new uint[keys.Length];
        for (int i = 0; i < keys.Length; i++)
            _heads[i] = KeyOrder.Head(keys[i], _shared);
    }

    /// <summary>The dividing keys, in order.</summary>
    public ReadOnlySpan<byte[]> Keys => _keys;

    /// <summary>Index of the child that holds <paramref name="key"/> if it is anywhere.</summary>
    public int ChildOf(ReadOnlySpan<byte> key)
    {
        if (_shared > 0 && key.CommonPrefixLength(_keys[0].AsSpan(0, _shared)) < _shared)
            return KeyOrder.Compare(key, _keys[0]) < 0 ? 0 : _keys.Length;
        uint head = KeyOrder.Head(key, _shared);
        int low = KeyOrder.LowerBound(_heads, head);
        int high = low;
        while (high < _heads.Length && _heads[high] == head)
            high++;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (KeyOrder.Compare(key, _keys[middle]) < 0)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
