using System.Numerics;

namespace CoreNode.Updates.Payload.Creating;

/// <summary>From a sample's hash to its one position in the old image; what occurs twice tells nothing.</summary>
internal sealed class SampleTable
{
    private const long Twice = -1;

    private readonly ulong[] _hashes;
    private readonly long[] _positions;

    /// <summary>Has room for so many samples.</summary>
    public SampleTable(int count)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count) * 2);
        _hashes = new ulong[slots];
        _positions = new long[slots];
    }

    /// <summary>Adds the samples of one piece.</summary>
    public void Add(ContentSamples samples)
    {
        for (int i = 0; i < samples.Count; i++)
        {
            ulong hash = samples.Hashes[i];
            int slot = SlotOf(hash);
            bool isNew = _hashes[slot] == 0;
            _hashes[slot] = hash;
            _positions[slot] = isNew ? samples.Positions[i] : Twice;
        }
    }

    /// <summary>Where in the old image the sample is; negative where it is not, or not only once.</summary>
    public long PositionOf(ulong hash)
    {
        int slot = SlotOf(hash);
        return _hashes[slot] == 0 ? Twice : _positions[slot];
    }

    // A sample's highest bits are zero and its lowest depend on few bytes: multiplied before the slot is taken.
    private int SlotOf(ulong hash)
    {
        int mask = _hashes.Length - 1;
        int slot = unchecked((int)(hash * 0x9E3779B97F4A7C15 >> 33)) & mask;
        while (_hashes[slot] != 0 && _hashes[slot] != hash)
            slot = (slot + 1) & mask;
        return slot;
    }
}
