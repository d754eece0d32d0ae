using System.Numerics;

namespace CoreNode.Updates.Payload.Creating;

/// <summary>From a block's hash to the first block of the old image that has it.</summary>
internal sealed class BlockTable
{
    private readonly ulong[] _hashes;
    private readonly int[] _numbers;

    /// <summary>Has room for so many blocks.</summary>
    public BlockTable(int count)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count) * 2);
        _hashes = new ulong[slots];
        _numbers = new int[slots];
    }

    /// <summary>Adds a block, unless there is one like it.</summary>
    public void Add(ulong hash, int number)
    {
        int slot = SlotOf(hash);
        if (_numbers[slot] != 0)
            return;
        _hashes[slot] = hash;
        _numbers[slot] = number + 1;
    }

    /// <summary>A block that may be equal; negative where there is none.</summary>
    public int Find(ulong hash) => _numbers[SlotOf(hash)] - 1;

    private int SlotOf(ulong hash)
    {
        int mask = _hashes.Length - 1;
        int slot = (int)(hash & int.MaxValue) & mask;
        while (_numbers[slot] != 0 && _hashes[slot] != hash)
            slot = (slot + 1) & mask;
        return slot;
    }
}
