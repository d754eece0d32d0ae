namespace CoreNode.Updates.Payload.Creating;

/// <summary>For each block of a chunk: zeros, a block of the old image, or new.</summary>
internal sealed class BlockMatches
{
    /// <summary>What <see cref="this[int]"/> gives for zeros.</summary>
    public const int Zero = -1;

    /// <summary>What <see cref="this[int]"/> gives for content that the old image has nowhere as a block.</summary>
    public const int New = -2;

    private const int BlockBytes = PayloadLimits.BlockSizeBytes;
    private readonly int[] _old;

    private BlockMatches(int[] old) => _old = old;

    /// <summary>Blocks of the chunk.</summary>
    public int Count => _old.Length;

    /// <summary>The old block that is equal to that block of the chunk, or one of the constants.</summary>
    public int this[int block] => _old[block];

    /// <summary>Compares; without an old image only zeros are found.</summary>
    public static BlockMatches Of(ReadOnlySpan<byte> chunk, int firstBlock, OldImage? image, Span<byte> room)
    {
        int[] old = new int[chunk.Length / BlockBytes];
        int before = -1;
        for (int i = 0; i < old.Length; i++)
        {
            ReadOnlySpan<byte> block = chunk.Slice(i * BlockBytes, BlockBytes);
            old[i] = IsZero(block) ? Zero : image is null ? New : Find(block, before, firstBlock + i, image, room);
            before = old[i] >= 0 ? old[i] : -1;
        }

        return new BlockMatches(old);
    }

    /// <summary>How many blocks are that constant.</summary>
    public int CountOf(int kind)
    {
        int count = 0;
        foreach (int old in _old)
            count += old == kind ? 1 : 0;
        return count;
    }

    /// <summary>How many old blocks lie outside these extents.</summary>
    public int CountOutside(Extent[] extents)
    {
        int count = 0;
        foreach (int old in _old)
        {
            bool isInside = old < 0;
            foreach (Extent extent in extents)
                isInside |= old >= 0 && (ulong)old >= extent.Start && (ulong)old - extent.Start < extent.Count;
            count += isInside ? 0 : 1;
        }

        return count;
    }

    // What goes on where the block before was found keeps extents long; then the same place; then anywhere.
    private static int Find(ReadOnlySpan<byte> block, int before, int same, OldImage image, Span<byte> room)
    {
        if (before >= 0 && image.IsBlock(before + 1, block, room))
            return before + 1;
        if (before + 1 != same && image.IsBlock(same, block, room))
            return same;
        int found = image.FindBlock(Content.OfBlock(block));
        return image.IsBlock(found, block, room) ? found : New;
    }

    private static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);
}
