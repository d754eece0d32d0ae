namespace CoreNode.Updates.Payload.Creating;

/// <summary>Collects blocks; neighbours become one extent.</summary>
internal sealed class ExtentList
{
    private Extent[] _extents = new Extent[8];
    private int _count;

    /// <summary>Adds a block behind those that are there.</summary>
    public void Add(int block)
    {
        if (_count > 0 && _extents[_count - 1].Start + _extents[_count - 1].Count == (ulong)block)
        {
            _extents[_count - 1] = new Extent(_extents[_count - 1].Start, _extents[_count - 1].Count + 1);
            return;
        }

        if (_count == _extents.Length)
            Array.Resize(ref _extents, _count * 2);
        _extents[_count++] = new Extent((ulong)block, 1);
    }

    /// <summary>All of them.</summary>
    public Extent[] ToArray() => _extents.AsSpan(0, _count).ToArray();
}
