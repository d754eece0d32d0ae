using System.Runtime.InteropServices;

namespace CoreNode.Kv.Tree;

/// <summary>
/// The keys that divide the children of a branch: child i holds what is below fence i and not below fence i-1.
/// Immutable, so the copies of a branch that only exchange children share its arrays. What all fences share stands
/// before their heads in one array, so that most searches read nothing else.
/// </summary>
internal readonly struct Fences
{
    private readonly byte[][] _keys;
    private readonly uint[] _index;
    private readonly int _shared;

    /// <summary>Takes the dividing keys, in order.</summary>
    public Fences(byte[][] keys)
    {
        _keys = keys;
        _shared = keys.Length < 2 ? 0 : keys[0].AsSpan().CommonPrefixLength(keys[^1]);
        _index = new uint[HeadsStart + keys.Length];
        if (_shared > 0)
            keys[0].AsSpan(0, _shared).CopyTo(MemoryMarshal.AsBytes(_index.AsSpan()));
        for (int i = 0; i < keys.Length; i++)
            _index[HeadsStart + i] = KeyOrder.Head(keys[i], _shared);
    }

    /// <summary>The dividing keys, in order.</summary>
    public ReadOnlySpan<byte[]> Keys => _keys;

    private int HeadsStart => (_shared + 3) / 4;

    /// <summary>Index of the child that holds <paramref name="key"/> if it is anywhere.</summary>
    public int ChildOf(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> shared = MemoryMarshal.AsBytes(_index.AsSpan())[.._shared];
        if (!key.StartsWith(shared))
            return KeyOrder.Compare(key, shared) < 0 ? 0 : _keys.Length;
        uint head = KeyOrder.Head(key, _shared);
        ReadOnlySpan<uint> heads = _index.AsSpan(HeadsStart);
        int low = KeyOrder.LowerBound(heads, head);
        int high = low;
        while (high < heads.Length && heads[high] == head)
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
