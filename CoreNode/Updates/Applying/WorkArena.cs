using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// All memory that operations work in, so that it is bounded: room for the largest operation there may be, and usually
/// less than that is touched, since the lowest free place is taken first. Not synchronised.
/// </summary>
internal sealed class WorkArena
{
    /// <summary>Data, source and output at their largest.</summary>
    private const int RoomBytes = PayloadLimits.DataBytes + (2 * PayloadLimits.OperationBytes);

    private const int MostUsualBytes = 8 << 20;
    private const int LeastUsualBytes = MostUsualBytes / 2;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(RoomBytes, pinned: true);
    private readonly List<WorkRegion> _taken = [];
    private readonly int _usualBytes;
    private int _takenBytes;

    /// <summary>Empty.</summary>
    /// <param name="heldBytes">Memory that something else takes, so that less is used here.</param>
    public WorkArena(int heldBytes) => _usualBytes = Math.Max(LeastUsualBytes, MostUsualBytes - heldBytes);

    /// <summary>Whether there is so little that operations of the usual size are made one after the other.</summary>
    public bool IsLean => _usualBytes == LeastUsualBytes;

    /// <summary>A region; null if there is no room now. Alone, every operation has room.</summary>
    public WorkRegion? TryTake(int bytes)
    {
        // No more than usual while another operation could be waited for.
        if (_taken.Count > 0 && _takenBytes + bytes > _usualBytes)
            return null;
        int start = 0;
        int place = 0;
        for (; place < _taken.Count && _taken[place].Start - start < bytes; place++)
            start = _taken[place].Start + _taken[place].Length;
        if (start + bytes > RoomBytes)
            return null;
        WorkRegion region = new(_bytes, start, bytes);
        _taken.Insert(place, region);
        _takenBytes += bytes;
        return region;
    }

    /// <summary>It is free again.</summary>
    public void Return(WorkRegion region)
    {
        _taken.Remove(region);
        _takenBytes -= region.Length;
    }
}
